/** The verbs on usage, written once for both databases. */
import type { UsageRow } from '../../core/usage.ts';
import type { UsageFilter, UsageStore } from '../../ports/usage-store.ts';
import type { Database } from '../session.ts';
import type { StoreLogger } from '../store-logger.ts';
import { readUsage } from './read-usage.ts';
import { summariseUsage } from './summarise-usage.ts';
import { UsageBuffer } from './usage-buffer.ts';
import { usageToRow } from './usage-rows.ts';

const PAGE_ROWS = 5_000;

export interface UsageStorageOptions {
  /** One transaction that may be repeated: rows that stand are left. */
  readonly write: Database['write'];
  /** Summaries and exports read here, beside everybody else's reads. */
  readonly report: Database['read'];
  readonly logger: StoreLogger;
  readonly writeParquet: (
    filter: UsageFilter,
    pages: AsyncIterable<UsageRow[]>,
    path: string,
  ) => Promise<void>;
}

/** `close` stores the last block. */
export function createUsageStorage(options: UsageStorageOptions): UsageStore & { close(): Promise<void> } {
  const { write, report } = options;
  const buffer = new UsageBuffer(
    (rows) => write((session) => session.insert('usage', rows.map(usageToRow), 'once')),
    options.logger,
  );
  async function* pages(filter: UsageFilter, pageSize = PAGE_ROWS): AsyncGenerator<UsageRow[]> {
    await buffer.flush();
    yield* readUsage(report, filter, pageSize);
  }
  return {
    add: (rows) => buffer.add(rows),
    flush: () => buffer.flush(),
    summary: async (query) => {
      await buffer.flush();
      return report((session) => summariseUsage(session, query));
    },
    pages,
    writeParquet: async (filter, path) => {
      await buffer.flush();
      await options.writeParquet(filter, pages(filter), path);
    },
    purge: async (beforeMs) => {
      await write(async (session) => {
        await session.query('DELETE FROM usage WHERE ended_at < $1::bigint', [String(Math.ceil(beforeMs))]);
      });
    },
    close: () => buffer.close(),
  };
}
