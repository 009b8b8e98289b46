/** Usage in memory: the API's tests in front of no database only see that it can be asked. */
import type { UsageRow } from '../../../src/core/usage.ts';
import type { UsageGroup, UsageStore } from '../../../src/ports/usage-store.ts';

const none = { completed: 0, failed: 0, cancelled: 0 };
const NOTHING: UsageGroup = {
  keys: {},
  runs: none,
  runMs: { p50: null, p95: null },
  attempts: none,
  attemptMs: { p50: null, p95: null },
  demoAttempts: 0,
  inputTokens: 0,
  outputTokens: 0,
  costNanoUsd: 0,
  unpricedAttempts: 0,
};

export function memoryUsage(): UsageStore {
  const rows: UsageRow[] = [];
  return {
    add: (more) => void rows.push(...more),
    flush: async () => undefined,
    summary: async ({ groupBy }) => (groupBy.length === 0 ? [NOTHING] : []),
    pages: async function* () {
      if (rows.length > 0) yield [...rows];
    },
    writeParquet: async () => {
      throw new Error('There is no Parquet without a database');
    },
    purge: async () => undefined,
  };
}
