/** Write-through cache of task views for the one process that owns the file; always as committed. */
import { LRUCache } from 'lru-cache';
import { roughSize } from '../../core/rough-size.ts';
import type { TaskRecord } from '../../core/task.ts';
import { type OwnTask, type StoredOutcome, viewOf } from '../rows.ts';
import type { LoadedTask } from '../task-queries.ts';

interface Entry {
  readonly own: OwnTask;
  readonly view: TaskRecord;
}

const MAX_TASKS = 5_000;
const MAX_BYTES = 64 * 1024 * 1024;

export class TaskCache {
  readonly #entries = new LRUCache<string, Entry>({
    max: MAX_TASKS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ view }) => 2_000 + roughSize(view.inputs) + roughSize(view.result),
  });
  /** Loads under way; a write in the meantime makes what they bring stale. */
  readonly #loading = new Map<string, { isStale: boolean }>();

  get(taskId: string): TaskRecord | undefined {
    return this.#entries.get(taskId)?.view;
  }

  async load(taskId: string, read: () => Promise<LoadedTask | undefined>): Promise<TaskRecord | null> {
    const ticket = { isStale: false };
    const other = this.#loading.get(taskId);
    if (other === undefined) this.#loading.set(taskId, ticket);
    try {
      const loaded = await read();
      if (loaded === undefined) return null;
      const view = viewOf(loaded.own, loaded.stored);
      if (other === undefined && !ticket.isStale) this.#entries.set(taskId, { own: loaded.own, view });
      return view;
    } finally {
      if (other === undefined) this.#loading.delete(taskId);
    }
  }

  /** Whole trees above the cache's size are left out: they would push out everything else. */
  created(tasks: readonly TaskRecord[]): void {
    for (const task of tasks) this.#touch(task.id);
    if (tasks.length > MAX_TASKS / 5) return;
    for (const task of tasks) {
      const { stored_inputs, ...rest } = task;
      const own = { ...rest, inputs: stored_inputs };
      this.#entries.set(task.id, { own, view: viewOf(own, null) });
    }
  }

  attached(runId: string, taskIds: readonly string[]): void {
    for (const id of taskIds) {
      this.#touch(id);
      const entry = this.#entries.peek(id);
      if (entry === undefined) continue;
      const own = { ...entry.own, run_id: runId, is_manual: false };
      this.#entries.set(id, { own, view: viewOf(own, null) });
    }
  }

  outcomes(runId: string, outcomes: readonly StoredOutcome[]): void {
    for (const stored of outcomes) {
      const id = stored.outcome.taskId;
      this.#touch(id);
      const entry = this.#entries.peek(id);
      if (entry?.own.run_id === runId)
        this.#entries.set(id, { own: entry.own, view: viewOf(entry.own, stored) });
    }
  }

  drop(taskIds: readonly string[]): void {
    for (const id of taskIds) {
      this.#touch(id);
      this.#entries.delete(id);
    }
  }

  #touch(taskId: string): void {
    const ticket = this.#loading.get(taskId);
    if (ticket !== undefined) ticket.isStale = true;
  }
}
