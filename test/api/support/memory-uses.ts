/** The counted uses of the store in memory. */
import type { QuotaOverride, Use, UseCount, UseStore } from '../../../src/ports/use-store.ts';

export function memoryUses(): UseStore {
  let uses: Use[] = [];
  const overrides: QuotaOverride[] = [];
  return {
    shared: null,
    lastDay: async () =>
      uses
        .map(({ day }) => day)
        .toSorted()
        .at(-1) ?? null,
    counts: async (day) => {
      const counts = new Map<string, UseCount>();
      for (const { subject, meter } of uses.filter((use) => use.day === day)) {
        const key = `${meter} ${subject}`;
        counts.set(key, { subject, meter, used: (counts.get(key)?.used ?? 0) + 1 });
      }
      return [...counts.values()];
    },
    slots: async () => [],
    record: async (more) => void uses.push(...more),
    refund: async (key, meters) => {
      const isGone = (use: Use) => use.key === key && (meters === undefined || meters.includes(use.meter));
      const gone = uses.filter(isGone);
      uses = uses.filter((use) => !isGone(use));
      return gone;
    },
    overrides: async () => overrides,
    addOverride: async (override) => void overrides.push(override),
    purge: async () => undefined,
    onRunEnded: () => () => undefined,
  };
}
