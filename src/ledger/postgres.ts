/**
 * Counts in PostgreSQL, for all processes that share it: everything that waits in this process goes in one call, which
 * counts all of it or nothing. What does not fit is decided by the numbers it answers with, and the rest goes again.
 */
import { AppError } from '../core/errors.ts';
import { type Counts, type Demand, decide, type Verdict } from '../core/quota/decide.ts';
import type { Meter } from '../core/quota/meters.ts';
import { QuotaClock } from '../core/quota/quota-day.ts';
import { isoMicros } from '../core/time.ts';
import type { SharedUses, Use, UseBatchResult, UseStore } from '../ports/use-store.ts';
import { batchOf } from './use-batch.ts';
import type { Taken, UseEngine } from './use-engine.ts';

interface Waiting {
  readonly demand: Demand;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (error: unknown) => void;
}

type Granted = Extract<Verdict, { kind: 'granted' }>;

/** Longer batches hold the lock longer without being cheaper a demand. */
const BATCH = 256;
/** Others may take what was just seen to be free; then it is decided anew. */
const ATTEMPTS = 50;
/** Older reservations belong to a process that is gone: storing a run takes seconds at most. */
const RESERVED_MS = 30_000;

export interface SharedOptions {
  readonly now: () => number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

export async function openShared(store: UseStore, options: SharedOptions): Promise<UseEngine> {
  if (store.shared === null) throw new Error('This store is not shared');
  const clock = new QuotaClock(options.now, await store.lastDay());
  return new Shared(store, store.shared, clock, options.logger);
}

class Shared implements UseEngine {
  readonly clock: QuotaClock;
  readonly #store: UseStore;
  readonly #shared: SharedUses;
  readonly #logger: SharedOptions['logger'];
  #waiting: Waiting[] = [];
  #isCounting = false;
  #resting: Promise<void> = Promise.resolve();

  constructor(store: UseStore, shared: SharedUses, clock: QuotaClock, logger: SharedOptions['logger']) {
    this.#store = store;
    this.#shared = shared;
    this.clock = clock;
    this.#logger = logger;
  }

  take(demand: Demand): Promise<Taken> {
    const { promise, resolve, reject } = Promise.withResolvers<Taken>();
    this.#waiting.push({ demand, resolve, reject });
    if (!this.#isCounting) void this.#drain();
    return promise;
  }

  record(_key: string, uses: readonly Use[]): Promise<void> {
    return this.#store.record(uses);
  }

  release(key: string): Promise<void> {
    return this.#shared.release(key);
  }

  async refund(key: string, meters: readonly Meter[]): Promise<void> {
    await this.#store.refund(key, meters);
  }

  async usedToday(subject: string): Promise<ReadonlyMap<Meter, number>> {
    const counts = await this.#store.counts(this.clock.day(), [subject]);
    return new Map(counts.map(({ meter, used }) => [meter, used]));
  }

  slotsHeld(): Promise<number> {
    return this.#shared.slotsHeld();
  }

  /** One after the other: a run that goes to rest and wakes at once must not end up resting. */
  setResting(runId: string, isResting: boolean): void {
    this.#resting = this.#resting.then(() =>
      this.#shared
        .setResting(runId, isResting)
        .catch((error: unknown) =>
          this.#logger.warn({ err: error, run_id: runId }, "a waiting run's place could not be changed"),
        ),
    );
  }

  reclaim(): Promise<number> {
    return this.#shared.reclaim(isoMicros(this.clock.now() - RESERVED_MS));
  }

  close(): void {
    // What waits is answered by the call that is under way.
  }

  async #drain(): Promise<void> {
    this.#isCounting = true;
    // One turn of the event loop lets everything that is ready now join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.#count(batch);
      } catch (error) {
        for (const member of batch) member.reject(error);
      }
    }
    this.#isCounting = false;
  }

  /** Each member is answered once; those answered before a failure stay answered. */
  async #count(batch: readonly Waiting[]): Promise<void> {
    // At first everything is taken to fit.
    let left = batch.map((member) => ({ member, verdict: everything(member.demand) }));
    for (let attempt = 1; left.length > 0; attempt++) {
      if (attempt > ATTEMPTS)
        throw new AppError('unavailable', 'The ledger is contended; try again', { retryAfterSeconds: 1 });
      const day = this.clock.day();
      const at = isoMicros(this.clock.now());
      const wanted = left.map(({ member, verdict }) => ({ demand: member.demand, verdict }));
      const result = await this.#shared.reserve(batchOf(wanted, day, at));
      if (result.kind === 'later') {
        this.clock.notBefore(result.day);
        continue;
      }
      if (result.kind === 'counted') {
        answer(left, day, result);
        return;
      }
      left = this.#whatFits(
        left.map(({ member }) => member),
        result,
      );
    }
  }

  /** Decides in order on the numbers that stood under the lock; answers those that do not fit. */
  #whatFits(
    members: readonly Waiting[],
    result: Extract<UseBatchResult, { kind: 'full' }>,
  ): { member: Waiting; verdict: Granted }[] {
    const counts = new Tally(result);
    return members.flatMap((member) => {
      const verdict = decide(member.demand, counts);
      if (verdict.kind === 'refused') {
        member.resolve(verdict);
        return [];
      }
      counts.add(member.demand, verdict);
      return [{ member, verdict }];
    });
  }
}

function everything(demand: Demand): Granted {
  return { kind: 'granted', uses: demand.uses, exceeded: [] };
}

/** The counters are those after the whole batch: whoever came earlier in it is told what counted then. */
function answer(
  members: readonly { member: Waiting; verdict: Granted }[],
  day: string,
  result: Extract<UseBatchResult, { kind: 'counted' }>,
): void {
  const later = new Map<string, number>();
  for (const { member, verdict } of members.toReversed()) {
    const taken = granted(member.demand, verdict, day, result);
    for (const [meter, used] of taken.used)
      taken.used.set(meter, used - (later.get(`${meter} ${member.demand.subject}`) ?? 0));
    member.resolve(taken);
    for (const { subject, meter } of verdict.uses)
      later.set(`${meter} ${subject}`, (later.get(`${meter} ${subject}`) ?? 0) + 1);
  }
}

function granted(
  demand: Demand,
  verdict: Granted,
  day: string,
  result: Extract<UseBatchResult, { kind: 'counted' }>,
) {
  const own = result.counts.filter(({ subject }) => subject === demand.subject);
  const used = new Map(own.map((count) => [count.meter, count.used]));
  return { kind: 'granted' as const, day, uses: verdict.uses, exceeded: verdict.exceeded, used };
}

/** The numbers of an answer, and what was granted on top of them. */
class Tally implements Counts {
  readonly #used = new Map<string, number>();
  readonly #slotsOf = new Map<string, number>();
  #slots: number;

  constructor(result: Extract<UseBatchResult, { kind: 'full' }>) {
    for (const { subject, meter, used } of result.counts) this.#used.set(`${meter} ${subject}`, used);
    for (const { subject, held } of result.slots) this.#slotsOf.set(subject, held);
    this.#slots = result.held;
  }

  used(subject: string, meter: Meter): number {
    return this.#used.get(`${meter} ${subject}`) ?? 0;
  }

  slotsOf(subject: string): number {
    return this.#slotsOf.get(subject) ?? 0;
  }

  slots(): number {
    return this.#slots;
  }

  add(demand: Demand, verdict: Granted): void {
    for (const { subject, meter } of verdict.uses)
      this.#used.set(`${meter} ${subject}`, this.used(subject, meter) + 1);
    if (demand.slot === null) return;
    this.#slots++;
    this.#slotsOf.set(demand.slot.subject, this.slotsOf(demand.slot.subject) + 1);
  }
}
