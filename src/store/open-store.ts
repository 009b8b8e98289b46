/** The one way to a store: DuckDB in the data folder, or PostgreSQL by its URL. */
import type { Store } from '../ports/store.ts';
import { openDuckdb } from './duckdb/open-duckdb.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import type { StoreLogger } from './store-logger.ts';

export interface OpenStoreOptions {
  /** `postgres://…`, or null for DuckDB. */
  readonly databaseUrl: string | null;
  /** Folder of the DuckDB file; made when absent. */
  readonly dataDir: string;
  readonly logger: StoreLogger;
  /** DuckDB's memory. Default 256. */
  readonly memoryLimitMb?: number;
  /** DuckDB's threads. Default 1. */
  readonly threads?: number;
  /** How often what is old is removed. Default one hour. */
  readonly purgeEveryMs?: number;
  /** Usage rows older than so many days go. Default 0: they are kept for ever. */
  readonly usageRetentionDays?: number;
}

/** Opens and migrates. Throws `unavailable` or `store_corrupt` with the way out. */
export function openStore(options: OpenStoreOptions): Promise<Store> {
  return options.databaseUrl === null
    ? openDuckdb(options)
    : openPostgres({ ...options, databaseUrl: options.databaseUrl });
}
