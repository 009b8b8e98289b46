/** Usage over HTTP: who sees what, periods, and files that can be read back. The real store, nothing is run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleUsage } from '../store/usage-conformance.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const at = (time: string) => Date.parse(`2026-03-${time}Z`);
const ann = { 'x-user': 'ann' };
const admin = { 'x-user': 'root;admin' };
const run = { taskId: '', executor: null };

let api: TestApi;
let store: Store;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-usage-api-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  api = await startTestApi(store);
  const spent = { model: 'gpt-4o-mini', inputTokens: 100, outputTokens: 10, costNanoUsd: 21_000 };
  store.usage.add([
    sampleUsage({ userId: 'ann', endedAtMs: at('05T23:59:59'), ...spent }),
    sampleUsage({ userId: 'ann', endedAtMs: at('06T00:00:00'), isDemo: true, durationMs: 30 }),
    sampleUsage({ userId: 'ann', taskId: '=cmd|"x"', endedAtMs: at('06T01:00:00'), outcome: 'failed' }),
    sampleUsage({ userId: 'ann', ...run, endedAtMs: at('06T02:00:00'), outcome: 'failed' }),
    sampleUsage({ userId: 'bob', ...spent, costNanoUsd: null, endedAtMs: at('06T03:00:00') }),
  ]);
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const file = (query: string, headers: Record<string, string>) =>
  fetch(`${api.url}/api/usage/export?${query}`, { headers });
async function readBack(name: string, content: Buffer | string): Promise<Record<string, unknown>[]> {
  const path = join(dataDir, name);
  await writeFile(path, content);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(`SELECT * FROM '${path}'`)).getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

it('users see their own, admins all or one', async () => {
  const mine = (await api.rpc('usage.summary', { group_by: 'user' }, ann)).result;
  expect(mine.groups.map((group: { user: string }) => group.user)).toEqual(['ann']);
  expect(mine.total).toMatchObject({
    runs: 1,
    run_outcomes: { failed: 1 },
    attempts: 3,
    outcomes: { completed: 2, failed: 1, cancelled: 0 },
    demo_attempts: 1,
    demo_share: 1 / 3,
    tokens: { input: 100, output: 10, total: 110 },
    cost_nano_usd: 21_000,
    cost_usd: '0.000021',
    unpriced_attempts: 0,
  });
  const all = (await api.rpc('usage.summary', { group_by: ['user'] }, admin)).result;
  expect(all.groups.map((group: { user: string }) => group.user)).toEqual(['ann', 'bob']);
  const bob = (await api.rpc('usage.summary', { user_id: 'bob' }, admin)).result.total;
  expect(bob).toMatchObject({ cost_nano_usd: null, cost_usd: null, unpriced_attempts: 1 });
  const refused = await api.rpc('usage.summary', { user_id: 'bob' }, ann);
  expect(refused.error).toMatchObject({ code: -32003 });
  expect((await file('user_id=bob', ann)).status).toBe(403);
});

it('a day as the end is included, a time is not; nonsense is refused', async () => {
  const attempts = async (params: object) =>
    (await api.rpc('usage.summary', params, ann)).result.total.attempts;
  expect(await attempts({ from: '2026-03-06', to: '2026-03-06' })).toBe(2);
  expect(await attempts({ to: '2026-03-06T00:00:00Z' })).toBe(1);
  expect(await attempts({ to: '2026-03-05' })).toBe(1);
  for (const params of [{ from: 'soon' }, { from: '2026-03-06', to: '2026-03-05' }, { group_by: 'colour' }])
    expect((await api.rpc('usage.summary', params, ann)).error?.code).toBe(-32602);
  expect((await file('format=xls', ann)).status).toBe(400);
});

it('more groups than the limit are cut and said to be', async () => {
  const answer = (await api.rpc('usage.summary', { group_by: 'user', limit: 1 }, admin)).result;
  expect([answer.groups.length, answer.truncated]).toEqual([1, true]);
});

it('CSV and Parquet read back as the same rows', async () => {
  const csv = await file('format=csv&from=2026-03-06', ann);
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(csv.headers.get('content-disposition')).toContain('taskgrove-usage.csv');
  const text = await csv.text();
  expect(text).toContain(`"'=cmd|""x"""`);
  const rows = await readBack('usage.csv', text);
  expect(rows.map((row) => [row['kind'], row['user_id'], row['outcome']])).toEqual([
    ['task', 'ann', 'completed'],
    ['task', 'ann', 'failed'],
    ['run', 'ann', 'failed'],
  ]);
  const parquet = await file('format=parquet&from=2026-03-06', ann);
  const same = await readBack('usage.parquet', Buffer.from(await parquet.arrayBuffer()));
  expect(
    same.map((row) => [row['kind'], row['user_id'], row['outcome'], Number(row['duration_ms'])]),
  ).toEqual(rows.map((row) => [row['kind'], row['user_id'], row['outcome'], Number(row['duration_ms'])]));
});

it('usage.export names the file, and holds a small one', async () => {
  const { result } = await api.rpc('usage.export', { from: '2026-03-06' }, ann);
  expect(await (await fetch(api.url + result.url, { headers: ann })).text()).toBe(result.csv);
  const parquet = await api.rpc('usage.export', { format: 'parquet' }, ann);
  expect(parquet.result).toEqual({ format: 'parquet', url: '/api/usage/export?format=parquet' });
});
