/** Ready tasks ordered by priority, then by index: one insertion-ordered set per priority, sorted only when needed. */

export class ReadyQueue {
  readonly #byPriority = new Map<number, Set<number>>();
  readonly #priorityOf = new Map<number, number>();
  readonly #largest = new Map<number, number>();
  #unsorted = false;

  add(index: number, priority: number): void {
    if (this.#priorityOf.has(index)) return;
    let bucket = this.#byPriority.get(priority);
    if (bucket === undefined) {
      bucket = new Set();
      this.#byPriority.set(priority, bucket);
      this.#unsorted = true;
    }
    bucket.add(index);
    this.#priorityOf.set(index, priority);
    // Tasks mostly become ready in order of position: only an early one makes sorting necessary.
    const largest = this.#largest.get(priority) ?? -1;
    if (index < largest) this.#unsorted = true;
    this.#largest.set(priority, Math.max(index, largest));
  }

  remove(index: number): void {
    const priority = this.#priorityOf.get(index);
    if (priority === undefined) return;
    this.#priorityOf.delete(index);
    this.#byPriority.get(priority)?.delete(index);
  }

  /** The first `limit` tasks that `accept` takes, in order. */
  peek(accept: (index: number) => boolean, limit: number): number[] {
    if (this.#unsorted) this.#sort();
    const found: number[] = [];
    for (const bucket of this.#byPriority.values()) {
      for (const index of bucket) {
        if (found.length >= limit) return found;
        if (accept(index)) found.push(index);
      }
    }
    return found;
  }

  #sort(): void {
    const priorities = [...this.#byPriority.keys()].sort((left, right) => left - right);
    for (const priority of priorities) {
      const bucket = this.#byPriority.get(priority) ?? new Set<number>();
      this.#byPriority.delete(priority);
      if (bucket.size > 0)
        this.#byPriority.set(priority, new Set([...bucket].sort((left, right) => left - right)));
    }
    this.#unsorted = false;
  }
}
