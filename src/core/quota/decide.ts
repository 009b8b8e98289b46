/**
 * The arithmetic of a decision: what a demand would use, against what is used. All or nothing, but for meters that
 * end in demo mode: beyond those the tree runs without their use. No I/O; both ledgers decide with this.
 */
import type { Meter, OnExceed } from './meters.ts';

/** One thing a demand would count. */
export interface DemandedUse {
  /** Who is counted: a user, a guest's fingerprint, an address. */
  readonly subject: string;
  readonly meter: Meter;
  /** null = no limit. */
  readonly limit: number | null;
  readonly onExceed: OnExceed;
}

/** A place among the trees that run at once. */
export interface DemandedSlot {
  readonly subject: string;
  readonly perSubject: number;
  readonly total: number;
}

/** Checked in the order given: the first that is full names the refusal. */
export interface Demand {
  /** The run or request: makes each use unique. */
  readonly key: string;
  /** The user (or fingerprint) whose counts the answer shows. */
  readonly subject: string;
  readonly uses: readonly DemandedUse[];
  readonly slot: DemandedSlot | null;
}

/** What is used so far. */
export interface Counts {
  used(subject: string, meter: Meter): number;
  slotsOf(subject: string): number;
  slots(): number;
}

export type Verdict =
  | {
      readonly kind: 'granted';
      /** What counts from now on. */
      readonly uses: readonly DemandedUse[];
      /** Meters that are full and leave the demand to demo mode. */
      readonly exceeded: readonly Meter[];
    }
  | { readonly kind: 'refused'; readonly by: Refusal };

export type Refusal =
  | { readonly kind: 'meter'; readonly meter: Meter; readonly used: number; readonly limit: number }
  | {
      readonly kind: 'slot';
      readonly scope: 'user' | 'system';
      readonly used: number;
      readonly limit: number;
    };

export function decide(demand: Demand, counts: Counts): Verdict {
  const uses: DemandedUse[] = [];
  const exceeded: Meter[] = [];
  for (const use of demand.uses) {
    const used = counts.used(use.subject, use.meter);
    if (use.limit === null || used < use.limit) uses.push(use);
    else if (use.onExceed === 'demo') exceeded.push(use.meter);
    else return { kind: 'refused', by: { kind: 'meter', meter: use.meter, used, limit: use.limit } };
  }
  const full = demand.slot === null ? null : fullSlots(demand.slot, counts);
  return full === null ? { kind: 'granted', uses, exceeded } : { kind: 'refused', by: full };
}

function fullSlots(slot: DemandedSlot, counts: Counts): Refusal | null {
  const own = counts.slotsOf(slot.subject);
  if (own >= slot.perSubject) return { kind: 'slot', scope: 'user', used: own, limit: slot.perSubject };
  const all = counts.slots();
  return all >= slot.total ? { kind: 'slot', scope: 'system', used: all, limit: slot.total } : null;
}
