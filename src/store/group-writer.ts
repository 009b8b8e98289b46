/**
 * Many small writes as few transactions: what comes while one is being written goes into the next. After a group it
 * rests for a moment, so that under load groups are full; a lone writer never waits.
 */

const GROUP_SIZE = 512;
/**
 * As long as the group took, so that writing takes at most half of the time, and long enough for the answers of one
 * group to bring the requests of the next.
 */
const LEAST_REST_MS = 2;
const MOST_REST_MS = 15;

interface Member<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class GroupWriter<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  #waiting: Member<Item>[] = [];
  #draining: Promise<void> | null = null;

  /** `write` writes all of them or none. */
  constructor(write: (items: readonly Item[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when it is written. */
  add(item: Item): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ item, resolve, reject });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets everything that is ready now join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_SIZE);
      const startedMs = performance.now();
      await this.#writeGroup(group);
      if (group.length > 1) await rest(performance.now() - startedMs);
    }
    this.#draining = null;
  }

  async #writeGroup(group: readonly Member<Item>[]): Promise<void> {
    try {
      await this.#write(group.map(({ item }) => item));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) return group[0]?.reject(error);
      // Only the guilty shall see the error.
      await Promise.all(
        group.map(({ item, resolve, reject }) => this.#write([item]).then(resolve, (own) => reject(own))),
      );
    }
  }
}

function rest(tookMs: number): Promise<void> {
  const restMs = Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, tookMs));
  return new Promise((resolve) => setTimeout(resolve, restMs));
}
