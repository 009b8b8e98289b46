/** Many granted demands as one batch: counters and slots summed, a row for each use and each slot. */
import type { Demand, DemandedUse } from '../core/quota/decide.ts';
import type { UseBatch } from '../ports/use-store.ts';

export interface Wanted {
  readonly demand: Demand;
  /** What of it is to be counted. */
  readonly verdict: { readonly uses: readonly DemandedUse[] };
}

export function batchOf(wanted: readonly Wanted[], day: string, at: string): UseBatch {
  const counters = new Map<string, UseBatch['counters'][number]>();
  const slots = new Map<string, UseBatch['slots'][number]>();
  const uses: UseBatch['uses'][number][] = [];
  const leases: UseBatch['leases'][number][] = [];
  let total = 0;
  for (const { demand, verdict } of wanted) {
    for (const { subject, meter, limit } of verdict.uses) {
      const place = `${meter} ${subject}`;
      counters.set(place, { subject, meter, limit, used: (counters.get(place)?.used ?? 0) + 1 });
      uses.push({ key: demand.key, subject, meter });
    }
    if (demand.slot === null) continue;
    const { subject, perSubject } = demand.slot;
    slots.set(subject, { subject, limit: perSubject, wanted: (slots.get(subject)?.wanted ?? 0) + 1 });
    leases.push({ runId: demand.key, subject });
    total = demand.slot.total;
  }
  return {
    day,
    at,
    counters: [...counters.values()],
    slots: [...slots.values()],
    total: { wanted: leases.length, limit: total },
    uses,
    leases,
  };
}
