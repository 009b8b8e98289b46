/** Limits of single users, kept in memory and read again when others may have changed them. */
import type { Meter } from '../core/quota/meters.ts';
import type { QuotaOverride, UseStore } from '../ports/use-store.ts';

export class Overrides {
  readonly #store: UseStore;
  readonly #freshMs: number;
  readonly #now: () => number;
  #limits: ReadonlyMap<string, number> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;

  /** `freshMs`: how long what was read counts as true; for ever where no other process writes. */
  constructor(store: UseStore, freshMs: number, now: () => number) {
    this.#store = store;
    this.#freshMs = freshMs;
    this.#now = now;
  }

  /** undefined: the plan's limit. */
  async limitOf(userId: string, meter: Meter): Promise<number | undefined> {
    const age = this.#now() - this.#readAt;
    // A clock that was set back must not keep old limits alive.
    if (age > this.#freshMs || age < 0) await this.#read();
    return this.#limits.get(`${meter} ${userId}`);
  }

  async add(override: QuotaOverride): Promise<void> {
    await this.#store.addOverride(override);
    await this.#read();
  }

  async #read(): Promise<void> {
    const readAt = this.#now();
    const rows = await this.#store.overrides();
    this.#limits = new Map(
      rows.flatMap(({ userId, meter, limit }) => (limit === null ? [] : [[`${meter} ${userId}`, limit]])),
    );
    this.#readAt = readAt;
  }
}
