/** Usage in memory: the API's tests in front of no database only see that it can be asked. */
import type { UsageRow } from '../../../src/core/usage.ts';
import type { UsageStore } from '../../../src/ports/usage-store.ts';

export function memoryUsage(): UsageStore {
  const rows: UsageRow[] = [];
  return {
    add: (more) => void rows.push(...more),
    flush: async () => undefined,
    summary: async () => [],
    pages: async function* () {
      if (rows.length > 0) yield [...rows];
    },
    writeParquet: async () => {
      throw new Error('There is no Parquet without a database');
    },
    purge: async () => undefined,
  };
}
