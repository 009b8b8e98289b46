/** Write-through cache of task views for the one process that owns the file; always as committed. */
import { LRUCache } from 'lru-cache';
import { REFERENCE_BYTES, shownResult } from '../../core/result-reference.ts';
import { roughSize } from '../../core/rough-size.ts';
import type { TaskRecord } from '../../core/task.ts';
import { type OwnTask, type StoredOutcome, viewOf } from '../rows.ts';
import type { LoadedTask } from '../task-queries.ts';

interface Entry {
  readonly own: OwnTask;
  readonly view: TaskRecord;
  /** As pages show it; made when first asked for. */
  short?: TaskRecord;
}

const MAX_TASKS = 5_000;
const MAX_SHORTS = 500;
const MAX_BYTES = 64 * 1024 * 1024;

export class TaskCache {
  readonly #entries = new LRUCache<string, Entry>({
    max: MAX_TASKS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ view }) => 2_000 + roughSize(view.inputs) + roughSize(view.result),
  });
  /** Of tasks too large to be kept whole: as pages show them. */
  readonly #shorts = new LRUCache<string, TaskRecord>({ max: MAX_SHORTS });
  /** Loads under way; a write in the meantime makes what they bring stale. */
  readonly #loading = new Map<string, { readonly staleIds: Set<string> }>();

  get(taskId: string): TaskRecord | undefined {
    return this.#entries.get(taskId)?.view;
  }

  /** As `loadTasks` reads it with `isShort`. */
  getShort(taskId: string): TaskRecord | undefined {
    const entry = this.#entries.get(taskId);
    if (entry === undefined) return this.#shorts.get(taskId);
    entry.short ??= shortOf(entry);
    return entry.short;
  }

  /** What `read` brings stays here, but for tasks that were written in the meantime. */
  async load(
    taskIds: readonly string[],
    read: () => Promise<readonly LoadedTask[]>,
  ): Promise<Map<string, TaskRecord>> {
    const ticket = { staleIds: new Set<string>() };
    const own = taskIds.filter((id) => !this.#loading.has(id));
    for (const id of own) this.#loading.set(id, ticket);
    try {
      const kept = new Set(own);
      const views = new Map<string, TaskRecord>();
      for (const { own: task, stored, isShortened } of await read()) {
        const view = viewOf(task, stored);
        views.set(task.id, view);
        if (!kept.has(task.id) || ticket.staleIds.has(task.id)) continue;
        if (isShortened) this.#shorts.set(task.id, view);
        else this.#entries.set(task.id, { own: task, view });
      }
      return views;
    } finally {
      for (const id of own) this.#loading.delete(id);
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

  /** Before every change: what was read of it before is no longer true. */
  #touch(taskId: string): void {
    this.#loading.get(taskId)?.staleIds.add(taskId);
    this.#shorts.delete(taskId);
  }
}

function shortOf({ own, view }: Entry): TaskRecord {
  const result = shownResult(view.run_id, view.id, view.result);
  const areInputsLarge = view.inputs !== own.inputs && JSON.stringify(view.inputs).length > REFERENCE_BYTES;
  return { ...view, result, inputs: areInputsLarge ? own.inputs : view.inputs };
}
