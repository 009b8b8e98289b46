/** Parquet by DuckDB: straight from its own table, or from another database's rows by way of a table beside the file. */
import { rm } from 'node:fs/promises';
import type { UsageRow } from '../../core/usage.ts';
import type { UsageFilter } from '../../ports/usage-store.ts';
import type { Parameter, Session } from '../session.ts';
import { usageToRow } from './usage-rows.ts';
import { usageWhere } from './usage-where.ts';

/** `table` is DuckDB's. Costs are whole nano-dollars; `ended_at` is a time stamp in UTC. */
export async function copyToParquet(session: Session, filter: UsageFilter, path: string): Promise<void> {
  const parameters: Parameter[] = [];
  const where = usageWhere(filter, parameters);
  await session.query(
    `COPY (SELECT make_timestamp(ended_at * 1000) AS ended_at,
        CASE WHEN task_id = '' THEN 'run' ELSE 'task' END AS kind, user_id, plan, run_id,
        NULLIF(task_id, '') AS task_id, generation, attempt, executor, model, is_demo AS demo, outcome,
        duration_ms, input_tokens, output_tokens, cost_nano_usd
      FROM usage WHERE ${where} ORDER BY usage.ended_at, run_id, task_id, generation, attempt)
     TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`,
    parameters,
  );
}

/** For rows of another database. Its temporary table lies beside `path`, so that memory stays small. */
export async function pagesToParquet(pages: AsyncIterable<UsageRow[]>, path: string): Promise<void> {
  // Loaded here only: a server on PostgreSQL has no other use for it.
  const [{ DuckDBInstance }, { DuckdbSession }, { DuckdbDialect }, { usageMigration }, { Kysely }] =
    await Promise.all([
      import('@duckdb/node-api'),
      import('../duckdb/duckdb-session.ts'),
      import('../duckdb/duckdb-dialect.ts'),
      import('../migrations/0005-usage.ts'),
      import('kysely'),
    ]);
  const place = `${path}.duckdb`;
  const instance = await DuckDBInstance.create(place, { memory_limit: '128MB', threads: '1' });
  const session = new DuckdbSession(await instance.connect());
  try {
    await usageMigration(false).up(new Kysely<unknown>({ dialect: new DuckdbDialect(session) }));
    for await (const page of pages) await session.insert('usage', page.map(usageToRow));
    await copyToParquet(session, {}, path);
  } finally {
    session.close();
    instance.closeSync();
    await rm(place, { force: true });
    await rm(`${place}.wal`, { force: true });
  }
}
