/** Limits as callers meet them: answers, refusals, headers, the quota routes. Over a real store; nothing runs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QuotaLimits } from '../../src/core/quota/meters.ts';
import { createIdentity } from '../../src/identity/create-identity.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeIdentity, signToken } from '../identity/make-identity.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const OPERATOR_KEY = 'tg_the-operator-of-these-tests-000000000000000';
const operator = { 'x-api-key': OPERATOR_KEY };
const token = (sub: string, more: object = {}) => ({
  authorization: `Bearer ${signToken({ sub, exp: Date.now() / 1_000 + 600, ...more })}`,
});
const tree = () => [
  { name: 'one', schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } },
];

let api: TestApi;
let store: Store;
let dataDir: string;

async function begin(limits: Partial<QuotaLimits>, isDemoMode = true): Promise<void> {
  const clock = { ms: Date.now() };
  const { parts } = makeIdentity({ keys: store.keys, isDemoMode, clock, operatorKey: OPERATOR_KEY });
  api = await startTestApi(store, {
    limits: { isEnabled: true, concurrent: 100, concurrentPerUser: 100, ...limits },
    settings: { demoMode: isDemoMode },
    deps: { identity: createIdentity(parts), keys: parts.keys },
  });
}
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-quota-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
});
afterEach(async () => {
  await api.stop();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

const execute = (headers: Record<string, string> = {}, params: object = { tasks: tree() }) =>
  api.rpc('tasks.execute', params, headers);
const raw = (headers: Record<string, string> = {}) =>
  api.post('/tasks', { jsonrpc: '2.0', id: 7, method: 'tasks.execute', params: { tasks: tree() } }, headers);
const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(api.url + path, { headers });
  // biome-ignore lint/suspicious/noExplicitAny: read as clients do, field by field
  return { status: response.status, body: (await response.json()) as any };
};

describe('daily limit', () => {
  it('counts trees that come with the call and stored ones; then 429 with facts and headers', async () => {
    await begin({ dailyPerUser: 2 });
    const ann = token('ann');
    await api.rpc('tasks.create', { id: 'mine', name: 'mine' }, ann);
    expect((await execute(ann)).result.quota_info).toMatchObject({ total_used: 1, total_limit: 2 });
    expect((await execute(ann, { task_id: 'mine' })).result.quota_info).toMatchObject({ total_used: 2 });
    const refused = await raw(ann);
    expect(refused.status).toBe(429);
    const body = (await refused.json()) as { id: number; error: Record<string, unknown> };
    expect(body).toMatchObject({ jsonrpc: '2.0', id: 7 });
    expect(body.error).toMatchObject({
      code: -32001,
      message: 'Daily task tree quota exceeded',
      data: { reason: 'total_quota_exceeded', total_used: 2, total_limit: 2 },
    });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(86_400);
    expect(refused.headers.get('ratelimit-limit')).toBe('2');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(refused.headers.get('ratelimit-reset')).toBe(String(seconds));
    // Another user, and the operator, are not touched by it.
    expect((await execute(token('bob'))).status).toBe(200);
    expect((await execute(operator)).result.quota_info).toMatchObject({ total_limit: null });
  });

  it('a tree that runs already is no fault, whatever the limit', async () => {
    await begin({ concurrentPerUser: 1 });
    await api.rpc('tasks.create', { id: 'mine', name: 'mine' });
    await execute({}, { task_id: 'mine' });
    const again = await execute({}, { task_id: 'mine' });
    expect(again.result).toMatchObject({ success: false, status: 'already_running' });
    const other = await execute();
    expect(other.status).toBe(429);
    expect(other.error).toMatchObject({
      code: -32002,
      message: 'Concurrency limit reached',
      data: { reason: 'user_concurrency_limit_exceeded', current_concurrent: 1, max_concurrent: 1 },
    });
  });

  it('a tree that is not taken counts nothing', async () => {
    await begin({ dailyPerUser: 1 });
    await api.rpc('tasks.create', { id: 'taken', name: 'mine' }, token('bob'));
    const refused = await execute({}, { tasks: [{ id: 'taken', name: 'x' }] });
    expect(refused.error?.code).toBe(-32009);
    expect((await execute()).result.quota_info).toMatchObject({ total_used: 1 });
  });

  it('one Idempotency-Key is one tree, also for requests side by side', async () => {
    await begin({ dailyPerUser: 1, concurrentPerUser: 1 });
    const params = { tasks: tree() };
    const answers = await Promise.all(
      Array.from({ length: 2 }, () => execute({ 'idempotency-key': 'k' }, params)),
    );
    answers.push(await execute({ 'idempotency-key': 'k' }, params));
    const repeated = answers.filter(({ status }) => status === 200);
    expect(new Set(repeated.map(({ result }) => result.run_id)).size).toBe(1);
    expect(answers.at(-1)?.status).toBe(200);
  });

  it('guests are counted by browser and address: a deleted cookie is no new day', async () => {
    await begin({ dailyPerUser: 1 });
    const browser = { 'user-agent': 'Mozilla/5.0', 'sec-fetch-site': 'same-origin' };
    expect((await execute(browser)).status).toBe(200);
    expect((await execute(browser)).status).toBe(429);
    expect((await execute({ 'user-agent': 'curl/8' })).status).toBe(200);
  });

  it('an address has its limit over all users', async () => {
    await begin({ dailyPerIp: 2 });
    for (const user of ['ann', 'bob']) expect((await execute(token(user))).status).toBe(200);
    const refused = await execute(token('eve'));
    expect(refused.status).toBe(429);
    expect(refused.error).toMatchObject({
      code: -32000,
      message: 'Rate limit exceeded',
      data: { reason: 'ip_limit_exceeded', user_count: 0, user_limit: 10, ip_count: 2, ip_limit: 2 },
    });
    // Reading is no tree.
    for (let turn = 0; turn < 5; turn++)
      expect((await api.rpc('tasks.list', {}, token('eve'))).status).toBe(200);
  });
});

describe('tasks.generate', () => {
  it('counts, refuses beyond the total, and gives the model part back where no model was asked', async () => {
    await begin({ dailyPerUser: 2 });
    const generate = () => api.rpc('tasks.generate', { requirement: 'Check the CPU', save: true });
    const first = await generate();
    expect(first.result.quota_info).toMatchObject({ total_used: 1, total_limit: 2, llm_used: 0 });
    expect((await generate()).result.quota_info).toMatchObject({ total_used: 2 });
    expect((await generate()).error).toMatchObject({ code: -32001 });
  });
});

describe('quota routes', () => {
  it('status in the contract shape', async () => {
    await begin({});
    await execute(token('ann'));
    const { status, body } = await get('/api/quota/status', token('ann'));
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['user_id', 'quota', 'is_premium']);
    expect(Object.keys(body.quota)).toEqual(
      'rate_limiting_enabled total_used total_limit total_remaining total_quota_exceeded llm_used llm_limit llm_remaining llm_quota_exceeded is_premium reset_time'.split(
        ' ',
      ),
    );
    expect(body).toMatchObject({
      user_id: 'ann',
      is_premium: false,
      quota: { total_used: 1, total_limit: 10, total_remaining: 9, llm_used: 0, llm_limit: 1 },
    });
    expect(body.quota.reset_time).toMatch(/^\d{4}-\d\d-\d\dT00:00:00\+00:00$/);
  });

  it('system stats: open with DEMO_MODE, else for admins', async () => {
    await begin({ concurrent: 10, concurrentPerUser: 1 });
    await execute();
    expect((await get('/api/quota/system-stats')).body).toEqual({
      total_concurrent: 1,
      max_concurrent: 10,
      quota_config: {
        free_user_total_limit: 10,
        free_user_llm_limit: 1,
        premium_user_total_limit: 10,
        max_concurrent_per_user: 1,
      },
    });
    await api.stop();
    await begin({}, false);
    expect((await get('/api/quota/system-stats', token('ann'))).status).toBe(403);
    expect((await get('/api/quota/system-stats', operator)).status).toBe(200);
  });

  it('quota.set gives one user more, for admins only', async () => {
    await begin({ dailyPerUser: 1 });
    const set = (headers: Record<string, string>) =>
      api.rpc('quota.set', { user_id: 'ann', limit: 2 }, headers);
    expect((await set(token('ann'))).status).toBe(403);
    expect((await set(operator)).result).toMatchObject({
      user_id: 'ann',
      meter: 'task_trees',
      limit: 2,
      set_by: 'local',
    });
    for (const used of [1, 2])
      expect((await execute(token('ann'))).result.quota_info).toMatchObject({
        total_used: used,
        total_limit: 2,
      });
    expect((await execute(token('ann'))).status).toBe(429);
  });
});
