/** AbortControllers of tasks that run in this process: a cancel here reaches them at once, without a server round trip. */

export class AbortBoard {
  readonly #controllers = new Map<string, Set<{ taskId: string | null; controller: AbortController }>>();

  /** `taskId` null: work for the run as a whole (an inline frontier). Call the returned function when done. */
  register(runId: string, taskId: string | null, controller: AbortController): () => void {
    const entry = { taskId, controller };
    const entries = this.#controllers.get(runId) ?? new Set();
    this.#controllers.set(runId, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0) this.#controllers.delete(runId);
    };
  }

  /** Aborts the whole run, or only these tasks. */
  abort(runId: string, taskIds?: readonly string[]): void {
    for (const { taskId, controller } of this.#controllers.get(runId) ?? []) {
      if (taskIds === undefined || (taskId !== null && taskIds.includes(taskId))) controller.abort();
    }
  }
}
