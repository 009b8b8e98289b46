/** The ledger over an engine that counts: limits by plan and user, the answers about them, slots of runs that wait. */
import type { Demand } from '../core/quota/decide.ts';
import { type Meter, type MeterTable, meterTable, type QuotaLimits } from '../core/quota/meters.ts';
import { type QuotaFacts, quotaInfo, quotaStatus } from '../core/quota/quota-info.ts';
import { isoMicros } from '../core/time.ts';
import type { Charged, Ledger, Reservation, ReserveRequest, TakenUse, TakeRequest } from '../ports/ledger.ts';
import type { Store } from '../ports/store.ts';
import type { Use } from '../ports/use-store.ts';
import { openEmbedded } from './embedded.ts';
import { Overrides } from './overrides.ts';
import { openShared } from './postgres.ts';
import { refusal, settingOf } from './refusals.ts';
import { RestWatch } from './rest-watch.ts';
import type { UseEngine } from './use-engine.ts';

export interface LedgerOptions {
  readonly store: Pick<Store, 'uses' | 'events'>;
  readonly limits: QuotaLimits;
  /** Epoch ms. */
  readonly now: () => number;
  /** Where the caller owns the machine: refusals say which setting lifts them, and where the operator key is. */
  readonly operatorHint?: string | null;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

const SHARED_OVERRIDES_MS = 1_000;

/** Reads what was counted before. Throws `unavailable` when the store does not answer. */
export async function createLedger(options: LedgerOptions): Promise<Ledger> {
  const { store, now, logger } = options;
  const isShared = store.uses.shared !== null;
  const engine = isShared
    ? await openShared(store.uses, { now, logger })
    : await openEmbedded(store.uses, now);
  const watch = new RestWatch((runId, isResting) => engine.setResting(runId, isResting));
  for (const slot of await store.uses.slots()) watch.restore(slot);
  const stops = [
    store.events.subscribe((event) => watch.on(event)),
    store.uses.onRunEnded((runId) => watch.forget(runId)),
  ];
  const overrides = new Overrides(store.uses, isShared ? SHARED_OVERRIDES_MS : Number.POSITIVE_INFINITY, () =>
    performance.now(),
  );
  return new CountingLedger(options, { engine, overrides, stops });
}

class CountingLedger implements Ledger {
  readonly #limits: QuotaLimits;
  readonly #table: MeterTable;
  readonly #engine: UseEngine;
  readonly #overrides: Overrides;
  readonly #stops: readonly (() => void)[];
  readonly #operatorHint: string | null;

  constructor(
    options: LedgerOptions,
    parts: { engine: UseEngine; overrides: Overrides; stops: readonly (() => void)[] },
  ) {
    this.#limits = options.limits;
    this.#table = meterTable(options.limits);
    this.#engine = parts.engine;
    this.#overrides = parts.overrides;
    this.#stops = parts.stops;
    this.#operatorHint = options.operatorHint ?? null;
  }

  async reserve(request: ReserveRequest): Promise<Reservation> {
    const { key, charged, meters } = request;
    if (!this.#limits.isEnabled || charged.plan === 'internal') return this.#free(request);
    const uses: Demand['uses'][number][] = [];
    for (const meter of meters) {
      const { onExceed } = this.#table[meter][charged.plan];
      const subject = meter === 'ip_trees' ? `ip:${charged.ipHash}` : charged.subject;
      uses.push({ subject, meter, limit: await this.#limitOf(charged, meter), onExceed });
    }
    const { concurrent: total, concurrentPerUser: perSubject } = this.#limits;
    const slot = request.takesSlot ? { subject: charged.subject, perSubject, total } : null;
    const taken = await this.#engine.take({ key, subject: charged.subject, uses, slot });
    if (taken.kind === 'refused') throw await this.#refusal(charged, taken.by);
    const { day } = taken;
    return {
      key,
      uses: taken.uses.map(({ subject, meter }) => ({ key, subject, meter, day })),
      slot: slot === null ? null : { subject: slot.subject },
      isLlmExceeded: taken.exceeded.length > 0,
      info: quotaInfo(await this.#factsOf(charged, day, taken.used)),
    };
  }

  async settle(reservation: Reservation, isStored: boolean): Promise<void> {
    if (isStored || reservation.uses.length === 0) return;
    await this.#engine.record(reservation.key, reservation.uses);
  }

  async release({ key, uses, slot }: Reservation): Promise<void> {
    if (uses.length > 0 || slot !== null) await this.#engine.release(key, uses);
  }

  async refund(key: string, meters: readonly Meter[]): Promise<void> {
    await this.#engine.refund(key, meters);
  }

  async take({ key, subject, meter, limit }: TakeRequest): Promise<TakenUse> {
    const uses = [{ subject, meter, limit, onExceed: 'reject' as const }];
    const taken = await this.#engine.take({ key, subject, uses, slot: null });
    if (taken.kind === 'refused') return { isGranted: false, used: taken.by.used, uses: [] };
    const used = taken.used.get(meter) ?? 0;
    return { isGranted: true, used, uses: [{ key, subject, meter, day: taken.day }] };
  }

  async giveBack(key: string, uses: readonly Use[]): Promise<void> {
    if (uses.length > 0) await this.#engine.release(key, uses);
  }

  async usedOf(subject: string, meter: Meter): Promise<number> {
    return (await this.#engine.usedToday(subject)).get(meter) ?? 0;
  }

  day(): string {
    return this.#engine.clock.day();
  }

  async info(charged: Charged): Promise<Reservation['info']> {
    return quotaInfo(await this.#facts(charged));
  }

  async status(charged: Charged): ReturnType<Ledger['status']> {
    const { isEnabled } = this.#limits;
    return quotaStatus(await this.#facts(charged), { isEnabled, isPremium: charged.plan === 'premium' });
  }

  async systemStats(): ReturnType<Ledger['systemStats']> {
    const limits = this.#limits;
    return {
      total_concurrent: await this.#engine.slotsHeld(),
      max_concurrent: limits.concurrent,
      quota_config: {
        free_user_total_limit: limits.dailyPerUser,
        free_user_llm_limit: limits.dailyLlmPerUser,
        premium_user_total_limit: limits.dailyPerUserPremium,
        max_concurrent_per_user: limits.concurrentPerUser,
      },
    };
  }

  async setOverride(given: Parameters<Ledger['setOverride']>[0]): ReturnType<Ledger['setOverride']> {
    const override = { ...given, setAt: isoMicros(this.#engine.clock.now()) };
    await this.#overrides.add(override);
    return override;
  }

  reclaim(): Promise<number> {
    return this.#engine.reclaim();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#engine.close();
  }

  /** Nothing is counted. */
  async #free({ key, charged }: ReserveRequest): Promise<Reservation> {
    return { key, uses: [], slot: null, isLlmExceeded: false, info: await this.info(charged) };
  }

  async #facts(charged: Charged): Promise<QuotaFacts> {
    const { isEnabled } = this.#limits;
    const used =
      isEnabled && charged.plan !== 'internal' ? await this.#engine.usedToday(charged.subject) : null;
    return this.#factsOf(charged, this.#engine.clock.day(), used ?? new Map());
  }

  async #factsOf(charged: Charged, day: string, used: ReadonlyMap<Meter, number>): Promise<QuotaFacts> {
    const fact = async (meter: Meter) => ({
      used: used.get(meter) ?? 0,
      limit: this.#limits.isEnabled ? await this.#limitOf(charged, meter) : null,
    });
    return { day, total: await fact('task_trees'), llm: await fact('llm_task_trees') };
  }

  async #limitOf(charged: Charged, meter: Meter): Promise<number | null> {
    if (charged.plan === 'internal') return null;
    return (await this.#overrides.limitOf(charged.userId, meter)) ?? this.#table[meter][charged.plan].limit;
  }

  async #refusal(charged: Charged, by: Parameters<typeof refusal>[0]): Promise<Error> {
    const { total, day } = await this.#facts(charged);
    const setting = settingOf(by, charged.plan === 'premium');
    const hint =
      this.#operatorHint === null || setting === null
        ? null
        : `Set ${setting} (or RATE_LIMIT_ENABLED=false) and start again, or ${this.#operatorHint}`;
    return refusal(by, { day, secondsToReset: this.#engine.clock.secondsToReset(), user: total, hint });
  }
}
