/** What counts: in this process's memory, or in a database that several share. Both decide by core/quota/decide. */
import type { Demand, DemandedUse, Refusal } from '../core/quota/decide.ts';
import type { Meter } from '../core/quota/meters.ts';
import type { QuotaClock } from '../core/quota/quota-day.ts';
import type { Use } from '../ports/use-store.ts';

export type Taken =
  | {
      readonly kind: 'granted';
      /** The day it counts on. */
      readonly day: string;
      readonly uses: readonly DemandedUse[];
      readonly exceeded: readonly Meter[];
      /** Counters of the demand's subject after it. */
      readonly used: ReadonlyMap<Meter, number>;
    }
  | { readonly kind: 'refused'; readonly by: Refusal };

export interface UseEngine {
  readonly clock: QuotaClock;
  take(demand: Demand): Promise<Taken>;
  /** Writes (or confirms) uses that belong to no run. */
  record(key: string, uses: readonly Use[]): Promise<void>;
  release(key: string, uses: readonly Use[]): Promise<void>;
  refund(key: string, meters: readonly Meter[]): Promise<void>;
  usedToday(subject: string): Promise<ReadonlyMap<Meter, number>>;
  /** Trees that run at once, of everybody. */
  slotsHeld(): Promise<number>;
  /** A run only waits (its slot is free meanwhile), or works again (it has its slot, whatever the limit). */
  setResting(runId: string, isResting: boolean): void;
  reclaim(): Promise<number>;
  close(): void;
}
