/**
 * Who may use how much, and what was used. Reserve before something starts, settle once it is certain to happen,
 * release or refund what never ran. Fails closed: a ledger that cannot answer throws `unavailable`.
 */
import type { Meter, QuotaPlan } from '../core/quota/meters.ts';
import type { QuotaInfo, QuotaStatus } from '../core/quota/quota-info.ts';
import type { QuotaOverride, Use } from './use-store.ts';

/** Whom a use is charged to. */
export interface Charged {
  readonly userId: string;
  /** What counts are kept by: the user, or a guest's fingerprint (a new cookie is no new day). */
  readonly subject: string;
  readonly ipHash: string;
  readonly plan: QuotaPlan;
}

export interface ReserveRequest {
  /** Id of the run or request; one reservation each. */
  readonly key: string;
  readonly charged: Charged;
  /** Meters in the order in which they are checked. */
  readonly meters: readonly Meter[];
  /** It takes a place among the trees that run at once. */
  readonly takesSlot: boolean;
}

export interface Reservation {
  readonly key: string;
  /** To be stored with the run (`AcceptRun.uses`), or by `settle`. */
  readonly uses: readonly Use[];
  readonly slot: { readonly subject: string } | null;
  /** What asks models is used up: they are asked no more, and demo mode answers. */
  readonly isLlmExceeded: boolean;
  /** Counts with this reservation in them. */
  readonly info: QuotaInfo;
}

export interface SystemStats {
  readonly total_concurrent: number;
  readonly max_concurrent: number;
  readonly quota_config: {
    readonly free_user_total_limit: number;
    readonly free_user_llm_limit: number;
    readonly premium_user_total_limit: number;
    readonly max_concurrent_per_user: number;
  };
}

/** One use of a meter under a limit that the caller knows. */
export interface TakeRequest {
  /** Id of the request; at most one use of a meter each. */
  readonly key: string;
  readonly subject: string;
  readonly meter: Meter;
  readonly limit: number;
}

export interface TakenUse {
  readonly isGranted: boolean;
  /** Of the subject today, with this one in it when it was granted. */
  readonly used: number;
  /** To be stored with what was done; empty when it was refused. */
  readonly uses: readonly Use[];
}

export interface Ledger {
  /**
   * Throws `quota_exceeded`, `rate_limited` (the address) and `concurrency_exceeded` with the contract's facts, when
   * to come again, and what is left; `unavailable` when it cannot count.
   */
  reserve(request: ReserveRequest): Promise<Reservation>;
  /**
   * What was reserved counts from now on. `isStored`: the run's transaction has written the uses; else they are
   * written here. Throws `unavailable` when that fails.
   */
  settle(reservation: Reservation, isStored: boolean): Promise<void>;
  /** Takes back a reservation that was not settled. */
  release(reservation: Reservation): Promise<void>;
  /** Takes back settled uses of something that has not used them. */
  refund(key: string, meters: readonly Meter[]): Promise<void>;
  /** Counts one use for somebody who has no plan here; whether limits of task trees are on does not matter. */
  take(request: TakeRequest): Promise<TakenUse>;
  /** Takes back what was taken and not stored. */
  giveBack(key: string, uses: readonly Use[]): Promise<void>;
  /** Today. */
  usedOf(subject: string, meter: Meter): Promise<number>;
  /** The UTC day that is counted on. */
  day(): string;
  info(charged: Charged): Promise<QuotaInfo>;
  status(charged: Charged): Promise<QuotaStatus>;
  systemStats(): Promise<SystemStats>;
  /** A limit of one user's own from now on; on other processes within a second. */
  setOverride(override: Omit<QuotaOverride, 'setAt'>): Promise<QuotaOverride>;
  /** Takes back what killed processes have left. Returns how much. */
  reclaim(): Promise<number>;
  close(): void;
}
