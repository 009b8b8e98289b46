/**
 * Counts in memory: one process owns all of it, so a decision is a few look-ups and no I/O. Counters are made from the
 * rows at the start; a row is written in the transaction of the run it belongs to, so a process that is killed before
 * has counted nothing.
 */
import { type Counts, type Demand, decide } from '../core/quota/decide.ts';
import { METERS, type Meter } from '../core/quota/meters.ts';
import { QuotaClock } from '../core/quota/quota-day.ts';
import type { Use, UseStore } from '../ports/use-store.ts';
import type { Taken, UseEngine } from './use-engine.ts';

export async function openEmbedded(store: UseStore, now: () => number): Promise<UseEngine> {
  const clock = new QuotaClock(now, await store.lastDay());
  const engine = new Embedded(store, clock);
  for (const { subject, meter, used } of await store.counts(clock.day())) engine.load(subject, meter, used);
  for (const { runId, subject } of await store.slots()) engine.hold(runId, subject);
  return engine;
}

class Embedded implements UseEngine, Counts {
  readonly clock: QuotaClock;
  readonly #store: UseStore;
  readonly #stopListening: () => void;
  /** The day the counters are of. */
  #day: string;
  #counters = new Map<string, number>();
  /** Slots by run; a run that rests has its subject here and counts nowhere. */
  readonly #slots = new Map<string, { readonly subject: string; isResting: boolean }>();
  readonly #slotsOf = new Map<string, number>();
  #held = 0;

  constructor(store: UseStore, clock: QuotaClock) {
    this.#store = store;
    this.clock = clock;
    this.#day = clock.day();
    this.#stopListening = store.onRunEnded((runId, refunded) => {
      this.#free(runId);
      this.#uncount(refunded);
    });
  }

  load(subject: string, meter: Meter, used: number): void {
    this.#counters.set(counterKey(subject, meter), used);
  }

  hold(runId: string, subject: string): void {
    this.#slots.set(runId, { subject, isResting: false });
    this.#addSlot(subject, 1);
  }

  async take(demand: Demand): Promise<Taken> {
    const day = this.#today();
    const verdict = decide(demand, this);
    if (verdict.kind === 'refused') return verdict;
    for (const { subject, meter } of verdict.uses) this.#count(subject, meter, 1);
    if (demand.slot !== null) this.hold(demand.key, demand.slot.subject);
    const used = new Map(METERS.map((meter) => [meter, this.used(demand.subject, meter)]));
    return { kind: 'granted', day, uses: verdict.uses, exceeded: verdict.exceeded, used };
  }

  record(_key: string, uses: readonly Use[]): Promise<void> {
    return this.#store.record(uses);
  }

  async release(key: string, uses: readonly Use[]): Promise<void> {
    this.#free(key);
    this.#uncount(uses);
  }

  async refund(key: string, meters: readonly Meter[]): Promise<void> {
    this.#uncount(await this.#store.refund(key, meters));
  }

  async usedToday(subject: string): Promise<ReadonlyMap<Meter, number>> {
    this.#today();
    return new Map(METERS.map((meter) => [meter, this.used(subject, meter)]));
  }

  async slotsHeld(): Promise<number> {
    return this.#held;
  }

  setResting(runId: string, isResting: boolean): void {
    const slot = this.#slots.get(runId);
    if (slot === undefined || slot.isResting === isResting) return;
    slot.isResting = isResting;
    this.#addSlot(slot.subject, isResting ? -1 : 1);
  }

  /** Nothing outlives the process: what it reserved and did not store, nobody has counted. */
  async reclaim(): Promise<number> {
    return 0;
  }

  close(): void {
    this.#stopListening();
  }

  used(subject: string, meter: Meter): number {
    return this.#counters.get(counterKey(subject, meter)) ?? 0;
  }

  slotsOf(subject: string): number {
    return this.#slotsOf.get(subject) ?? 0;
  }

  slots(): number {
    return this.#held;
  }

  #today(): string {
    const day = this.clock.day();
    if (day !== this.#day) {
      this.#day = day;
      this.#counters = new Map();
    }
    return day;
  }

  #count(subject: string, meter: Meter, change: number): void {
    const key = counterKey(subject, meter);
    const used = (this.#counters.get(key) ?? 0) + change;
    if (used > 0) this.#counters.set(key, used);
    else this.#counters.delete(key);
  }

  /** Of an earlier day only the rows remember. */
  #uncount(uses: readonly Use[]): void {
    const day = this.#today();
    for (const use of uses) if (use.day === day) this.#count(use.subject, use.meter, -1);
  }

  #free(runId: string): void {
    const slot = this.#slots.get(runId);
    if (slot === undefined) return;
    this.#slots.delete(runId);
    if (!slot.isResting) this.#addSlot(slot.subject, -1);
  }

  #addSlot(subject: string, change: number): void {
    this.#held += change;
    const own = (this.#slotsOf.get(subject) ?? 0) + change;
    if (own > 0) this.#slotsOf.set(subject, own);
    else this.#slotsOf.delete(subject);
  }
}

function counterKey(subject: string, meter: Meter): string {
  return `${meter} ${subject}`;
}
