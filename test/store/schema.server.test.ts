/** Both databases end with the same logical schema. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { TABLES } from '../../src/store/schema.ts';
import { createDatabase, startPostgres } from '../support/postgres.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SQL = `SELECT table_name, column_name FROM information_schema.columns
  WHERE table_schema IN ('main', 'public') AND table_name NOT LIKE 'schema_%' ORDER BY 1, 2`;
const pairs = (rows: readonly object[]) => rows.map((row) => Object.values(row).join('.')).sort();

test('migrations end with the same tables and columns on both', async () => {
  const shared = (inject as (key: string) => unknown)('postgresUrl');
  const own = typeof shared === 'string' ? null : await startPostgres();
  const databaseUrl = await createDatabase(own?.url ?? String(shared));
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-schema-'));
  await (await openStore({ databaseUrl, dataDir, logger: silent })).close();
  await (await openStore({ databaseUrl: null, dataDir, logger: silent })).close();
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const onPostgres = pairs((await client.query(SQL)).rows);
  await client.end();
  const instance = await DuckDBInstance.create(join(dataDir, 'taskgrove.duckdb'));
  const connection = await instance.connect();
  const onDuckdb = pairs((await connection.runAndReadAll(SQL)).getRowObjectsJS());
  connection.closeSync();
  instance.closeSync();
  await own?.stop();
  await rm(dataDir, { recursive: true, force: true });
  const declared = Object.entries(TABLES)
    .flatMap(([table, { columns }]) => Object.keys(columns).map((column) => `${table}.${column}`))
    .sort();
  expect(onDuckdb).toEqual(declared);
  expect(onPostgres).toEqual(declared);
});
