/**
 * One Temporal Schedule for each scheduled task: made, changed, paused and deleted as its row says. The row is the
 * truth; `repair` compares all of them at the start and after something could not be done.
 */
import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import type { TaskSchedules } from '../ports/schedules.ts';
import type { ScheduledTask, Store } from '../ports/store.ts';
import { SCHEDULE_PREFIX, scheduleId, scheduleOptions } from './schedule-options.ts';

export interface TaskSchedulesDependencies {
  readonly client: Client;
  readonly store: Store;
  readonly logger: {
    info(fields: Record<string, unknown>, message: string): void;
    warn(fields: Record<string, unknown>, message: string): void;
  };
}

type Named = Pick<ScheduledTask, 'id' | 'user_id'>;

const CALL_TIMEOUT_MS = 5_000;
const LIST_TIMEOUT_MS = 30_000;
/** Two writers of one task: whoever comes last looks again, so that the last row wins. */
const MAX_LOOKS = 4;

export class TemporalSchedules implements TaskSchedules {
  readonly #deps: TaskSchedulesDependencies;
  /** Something may differ: at the start, and after a failure. */
  #isDirty = true;

  constructor(deps: TaskSchedulesDependencies) {
    this.#deps = deps;
  }

  async sync(tasks: readonly Named[]): Promise<void> {
    for (const task of tasks) {
      try {
        await this.#syncOne(task);
      } catch (error) {
        this.#isDirty = true;
        this.#deps.logger.warn(
          { task_id: task.id, err: error },
          'A schedule could not be set; it is repaired later',
        );
      }
    }
  }

  /** Compares all rows with Temporal when something may differ. Never throws. Returns how many were changed. */
  async repair(): Promise<number> {
    if (!this.#isDirty) return 0;
    this.#isDirty = false;
    try {
      const differing = await this.#differing();
      await this.sync(differing);
      if (differing.length > 0) this.#deps.logger.info({ schedules: differing.length }, 'Schedules repaired');
      return differing.length;
    } catch (error) {
      this.#isDirty = true;
      this.#deps.logger.warn({ err: error }, 'Schedules could not be compared; it is tried again');
      return 0;
    }
  }

  /** A schedule without a row is left: its next time finds no task, and ends it. */
  async #differing(): Promise<Named[]> {
    const { client, store } = this.#deps;
    const rows = await store.tasks.scheduled();
    if (rows.length === 0) return [];
    const notes = new Map<string, string | undefined>();
    await client.withDeadline(Date.now() + LIST_TIMEOUT_MS, async () => {
      for await (const { scheduleId: id, state } of client.schedule.list()) {
        if (id.startsWith(SCHEDULE_PREFIX)) notes.set(id, state.note);
      }
    });
    return rows.filter((row) => {
      const wanted = scheduleOptions(row);
      const id = scheduleId(row);
      if (wanted === null || !row.schedule_enabled)
        return notes.has(id) && notes.get(id) !== wanted?.state?.note;
      return notes.get(id) !== wanted.state?.note;
    });
  }

  async #syncOne(task: Named): Promise<void> {
    let applied: string | undefined;
    for (let look = 0; look < MAX_LOOKS; look++) {
      const row = await this.#deps.store.tasks.get(task.id);
      const wanted = row === null || row.user_id !== task.user_id ? null : scheduleOptions(row);
      const note = wanted?.state?.note ?? 'none';
      if (note === applied) return;
      await this.#call(() => this.#apply(task, wanted));
      applied = note;
    }
  }

  async #apply(task: Named, wanted: ReturnType<typeof scheduleOptions>): Promise<void> {
    const { client } = this.#deps;
    const handle = client.schedule.getHandle(scheduleId(task));
    try {
      if (wanted === null) return await handle.delete();
      const { scheduleId: _id, ...update } = wanted;
      return await handle.update(() => ({ ...update, state: update.state ?? {} }));
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
    // Nothing to pause and nothing to delete: it is made when it shall fire.
    if (wanted === null || wanted.state?.paused === true) return;
    try {
      await client.schedule.create(wanted);
    } catch (error) {
      // Another process has made it meanwhile, from the same row or one that it looks at again.
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }

  #call<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#deps.client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  }
}
