/**
 * Admits accepted runs to Temporal: at most `limit` in flight in this process, users in turn. Eager starts and local
 * activities bypass the server's own fairness, so it is kept here: one user's flood does not delay another's first run.
 */

export class FairGate {
  readonly #limit: number;
  readonly #queues = new Map<string, { runId: string; admit: () => void }[]>();
  readonly #inFlight = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get waiting(): number {
    let total = 0;
    for (const queue of this.#queues.values()) total += queue.length;
    return total;
  }

  /** Calls `admit` now (true) or when it is this user's turn (false). */
  enter(userId: string, runId: string, admit: () => void): boolean {
    if (this.#inFlight.size < this.#limit && this.#queues.size === 0) {
      this.#inFlight.add(runId);
      admit();
      return true;
    }
    const queue = this.#queues.get(userId) ?? [];
    queue.push({ runId, admit });
    this.#queues.set(userId, queue);
    return false;
  }

  /** The run ended or only waits: its place goes to the next user in turn. */
  leave(runId: string): void {
    if (!this.#inFlight.delete(runId)) return;
    while (this.#inFlight.size < this.#limit) {
      const next = this.#takeNext();
      if (next === null) return;
      this.#inFlight.add(next.runId);
      next.admit();
    }
  }

  /** Round robin: the user whose run is taken goes to the end of the line. */
  #takeNext(): { runId: string; admit: () => void } | null {
    for (const [userId, queue] of this.#queues) {
      const next = queue.shift();
      this.#queues.delete(userId);
      if (queue.length > 0) this.#queues.set(userId, queue);
      if (next !== undefined) return next;
    }
    return null;
  }
}
