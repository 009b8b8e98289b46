/**
 * The rows of the ledger: which uses were counted, for whom, on which day. Part of the store, because they are written
 * in the transactions of the runs they belong to. Rows are the truth; every counter can be made from them again.
 */
import type { Meter } from '../core/quota/meters.ts';

/** One thing that was used: at most one of a meter a run (or request). */
export interface Use {
  /** Id of the run or the request. */
  readonly key: string;
  readonly subject: string;
  readonly meter: Meter;
  /** UTC date. */
  readonly day: string;
}

/** An active run that was granted a place among those that run at once, and what of it is under way. */
export interface Slot {
  readonly runId: string;
  readonly subject: string;
  readonly isPaused: boolean;
  /** Tasks that run. */
  readonly running: readonly string[];
  /** Tasks that wait for a time or an approval. */
  readonly waiting: readonly string[];
}

export interface UseCount {
  readonly subject: string;
  readonly meter: Meter;
  readonly used: number;
}

/** A limit of one user's own. The newest of a user and meter counts; older ones stay as the record of who set what. */
export interface QuotaOverride {
  readonly userId: string;
  readonly meter: Meter;
  /** null: the plan's limit again. */
  readonly limit: number | null;
  readonly setBy: string;
  /** ISO-8601 UTC. */
  readonly setAt: string;
}

export interface UseStore {
  /** Highest day anything was counted on; null = never. */
  lastDay(): Promise<string | null>;
  /** What counts on this day, of everybody or of these subjects. */
  counts(day: string, subjects?: readonly string[]): Promise<UseCount[]>;
  /** Of all active runs. */
  slots(): Promise<Slot[]>;
  /** Counts uses that belong to no run; on a shared store they were reserved before. Throws `unavailable` when they were not, or not any more. */
  record(uses: readonly Use[]): Promise<void>;
  /** Takes back what still counts of this key, of all meters or these; returns it. Repeating it does nothing. */
  refund(key: string, meters?: readonly Meter[]): Promise<Use[]>;
  /** The one that counts of each user and meter. */
  overrides(): Promise<QuotaOverride[]>;
  addOverride(override: QuotaOverride): Promise<void>;
  /** Removes what was counted before this day. */
  purge(beforeDay: string): Promise<void>;
  /** Called after a run's end was committed by this process, with what it gave back because no task had begun. */
  onRunEnded(listener: (runId: string, refunded: readonly Use[]) => void): () => void;
  /** Where several processes count together; null where one process owns all of it. */
  readonly shared: SharedUses | null;
}

/** What one statement shall count, all or nothing. */
export interface UseBatch {
  readonly day: string;
  /** ISO-8601 UTC. */
  readonly at: string;
  /** Summed by subject and meter; `limit` null = none. */
  readonly counters: readonly (UseCount & { readonly limit: number | null })[];
  readonly slots: readonly { readonly subject: string; readonly wanted: number; readonly limit: number }[];
  readonly total: { readonly wanted: number; readonly limit: number };
  readonly uses: readonly Omit<Use, 'day'>[];
  readonly leases: readonly { readonly runId: string; readonly subject: string }[];
}

export type UseBatchResult =
  /** Counted; `counts` are the counters after it. */
  | { readonly kind: 'counted'; readonly counts: readonly UseCount[] }
  /** Nothing was counted: something is full. `counts` and slots as they stand. */
  | {
      readonly kind: 'full';
      readonly counts: readonly UseCount[];
      readonly slots: readonly { readonly subject: string; readonly held: number }[];
      readonly held: number;
    }
  /** Nothing was counted: another process has counted on a later day already. */
  | { readonly kind: 'later'; readonly day: string };

export interface SharedUses {
  /** Counts the whole batch, or nothing of it. */
  reserve(batch: UseBatch): Promise<UseBatchResult>;
  /** Takes back a reservation that was not confirmed; one that was, stays. */
  release(key: string): Promise<void>;
  /** Slots that are held or reserved. */
  slotsHeld(): Promise<number>;
  /** Gives a run's slot back while it only waits, and takes it again. */
  setResting(runId: string, isResting: boolean): Promise<void>;
  /** Takes back what was reserved before this time for something that never came to be, and slots of ended runs. Returns how much. */
  reclaim(reservedBefore: string): Promise<number>;
}
