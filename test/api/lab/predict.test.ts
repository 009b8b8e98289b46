/** Predictions, feedback, counts and plans over a real store: what is answered stands, also after a restart. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { assignGroup } from '../../../src/experiments/assign-group.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { seededRandom } from '../../core/experiments/simulate-policies.ts';
import { startTestApi, type TestApi } from '../support/test-api.ts';
import type { TestLabOptions } from '../support/test-lab.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let dataDir: string;
let store: Store;
let api: TestApi;

async function start(lab: TestLabOptions = {}): Promise<void> {
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  api = await startTestApi(store, { lab });
}
async function stop(): Promise<void> {
  await api.stop();
  await store.close();
}
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-lab-'));
});
afterEach(async () => {
  await stop();
  await rm(dataDir, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
const get = async (path: string, headers: Record<string, string> = {}): Promise<any> =>
  (await fetch(api.url + path, { headers })).json();
const predict = (body: object, headers: Record<string, string> = {}) =>
  api.post('/predict_ab', body, headers);
const ask = async (user: string, more: object = {}) =>
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  (await (await predict({ user_id: user, prompt: 'hi', deterministic: true, ...more })).json()) as any;

test('an answer is counted, rated, and all of it is there after a restart', async () => {
  await start();
  const first = await ask('alice', { session_id: 's1' });
  expect(first).toMatchObject({
    group: 'A',
    picked_policy: 'serious',
    response: { meta: { ab_group: 'A' } },
  });
  expect(first.interaction_id).toMatch(UUID);
  await ask('bob');
  const rate = (score: unknown, more: object = {}) => api.post('/feedback', { score, ...more });
  for (const score of ['5', true, 4.0])
    expect((await rate(score, { interaction_id: first.interaction_id })).status).toBe(200);
  expect((await rate(2, { session_id: 's', notes: 'meh\n"quoted"' })).status).toBe(200);
  const unknown = await rate(5, { interaction_id: 'nobody' });
  expect(unknown.status).toBe(404);
  expect(((await unknown.json()) as { detail: string }).detail).toMatch(
    /^interaction_id nobody is not known/,
  );
  await stop();
  await start();
  expect(await get('/ab/summary')).toEqual({
    groups: { A: { serious: 1, _total: 1 }, B: { serious: 1, _total: 1 } },
    grand_total: 2,
  });
  expect((await get('/leaderboard')).results).toEqual([
    {
      group: 'A',
      persona: 'serious',
      n_feedback: 3,
      avg_score: 10 / 3,
      pos: 2,
      neg: 1,
      wilson_lb: 0.20765495512648788,
    },
    { group: 'B', persona: 'serious', n_feedback: 0, avg_score: 0, pos: 0, neg: 0, wilson_lb: 0 },
  ]);
  const { summary, recent } = await get('/engagement/summary?window_seconds=60&limit=2');
  expect(summary).toMatchObject({ count: 4, avg_score: 3, histogram: { 1: 1, 2: 1, 3: 0, 4: 1, 5: 1 } });
  expect(summary.cutoff_ts).toBe(summary.as_of - 60);
  expect(recent).toHaveLength(2);
  expect(recent[0]).toMatchObject({
    interaction_id: null,
    session_id: 's',
    score: 2,
    notes: 'meh\n"quoted"',
  });
  const reset = await api.post('/ab/reset', '');
  expect(await reset.json()).toEqual({ status: 'ok', message: 'AB counters reset' });
  expect(await get('/ab/summary')).toEqual({ groups: {}, grand_total: 0 });
});

test('what cannot be stored is not answered', async () => {
  await start();
  const failing = {
    ...store,
    experiments: {
      ...store.experiments,
      record: async () => {
        throw new AppError('unavailable', 'The database cannot be written now');
      },
    },
  };
  const other = await startTestApi(failing, {
    lab: { monetization: { isEnabled: true, freeDailyRequests: 1 } },
  });
  const headers = { 'x-client-id': 'c' };
  for (let call = 0; call < 3; call++) {
    const answer = await other.post('/predict_ab', { user_id: 'a', prompt: 'p' }, headers);
    // The one request of the day is given back each time.
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ detail: 'The database cannot be written now' });
    expect(answer.headers.get('x-request-id')).not.toBeNull();
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  await other.stop();
});

test('a request that cannot be given back does not hide why it failed', async () => {
  await start();
  const failing = {
    ...store,
    experiments: {
      ...store.experiments,
      record: () => Promise.reject(new AppError('unavailable', 'The database cannot be written now')),
    },
  };
  const other = await startTestApi(failing, {
    lab: { giveBack: () => Promise.reject(new Error('gone as well')) },
  });
  const answer = await other.post('/predict_ab', { user_id: 'a', prompt: 'p' });
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ detail: 'The database cannot be written now' });
  expect(other.logs.some(({ message }) => message === 'a request could not be given back')).toBe(true);
  await other.stop();
});

test('logs name neither the user nor the whole address', async () => {
  await start();
  await ask('ada@example.org');
  const line = api.logs.find(({ message }) => message === 'ab_event');
  expect(line?.fields).toMatchObject({
    user_id: 'mark of 15',
    client: 'ip:127.0.0.0',
    group: expect.stringMatching(/^[AB]$/),
  });
  expect(JSON.stringify(api.logs)).not.toContain('ada@example.org');
});

describe('plans', () => {
  test('a cap holds for the day and over a restart; all plans share the count; refusals do not count', async () => {
    const monetization = { isEnabled: true, freeDailyRequests: 3, allowsHeaderPlans: true };
    await start({ monetization });
    const as = (plan: string | null) => ({
      'x-client-id': 'c1',
      ...(plan === null ? {} : { 'x-client-plan': plan }),
    });
    const body = { user_id: 'alice', prompt: 'hi' };
    const premium = await predict(body, as(' premium '));
    expect(premium.headers.get('x-monetization-plan')).toBe('PREMIUM');
    expect(premium.headers.get('x-quota-remaining')).toBe('9999999');
    expect((await predict(body, as('nonsense'))).headers.get('x-quota-remaining')).toBe('1');
    // Wrong requests are not counted.
    expect((await predict({ user_id: 'alice' }, as(null))).status).toBe(422);
    await stop();
    await start({ monetization });
    expect((await predict(body, as('FREE'))).headers.get('x-quota-remaining')).toBe('0');
    for (let call = 0; call < 2; call++) {
      const refused = await predict(body, as(null));
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('60');
      expect(refused.headers.get('x-monetization-exit')).toBe('CAP_EXCEEDED');
      expect(refused.headers.get('x-quota-remaining')).toBeNull();
      expect(await refused.json()).toMatchObject({
        code: 'MONETIZATION_CAP_EXCEEDED',
        plan: 'FREE',
        usage_today: 3,
        daily_cap: 3,
        retry_at_utc: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\+00:00$/),
      });
    }
    const test = await api.post('/monetization/test', '', as(null));
    expect(test.status).toBe(200);
    expect(await test.json()).toMatchObject({ client_id: 'c1', usage_today: 3, remaining_today: 0 });
    const spent = await api.post('/monetization/test', '', { 'x-client-id': 'c2' });
    expect(await spent.json()).toMatchObject({ client_id: 'c2', usage_today: 1, remaining_today: 2 });
    await expect
      .poll(async () => (await get('/monetization/metrics')).plans)
      .toEqual({ FREE: 6, PREMIUM: 1 });
    const { clients_top, recent } = await get('/monetization/metrics');
    expect(clients_top).toEqual([
      ['c1', 6],
      ['c2', 1],
    ]);
    expect(recent.map((event: { outcome: string }) => event.outcome).toSorted()).toEqual([
      'ALLOWED',
      'ALLOWED',
      'ALLOWED',
      'DENIED_CAP',
      'DENIED_CAP',
      'TEST_ALLOWED',
      'TEST_DENIED_CAP',
    ]);
    expect(Object.keys(recent[0])).toEqual(['ts', 'client_id', 'plan', 'outcome', 'usage', 'cap']);
  });

  test('of 60 at once one process lets through what there is', async () => {
    await start({ monetization: { isEnabled: true, freeDailyRequests: 20 } });
    const all = await Promise.all(Array.from({ length: 60 }, () => predict({ user_id: 'a', prompt: 'p' })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(await get('/monetization/status')).toMatchObject({ client_id: 'ip:127.0.0.1', usage_today: 20 });
    // Nobody reads somebody else's address.
    await expect
      .poll(async () => (await get('/monetization/metrics')).clients_top)
      .toEqual([['ip:127.0.0.0', 60]]);
    expect((await get('/ab/summary')).grand_total).toBe(20);
  });

  test('a cap of 0 refuses all; without the setting nothing is counted', async () => {
    await start({ monetization: { isEnabled: true, freeDailyRequests: 0 } });
    expect((await predict({ user_id: 'a', prompt: 'p' })).status).toBe(429);
    await stop();
    await start();
    const answer = await predict({ user_id: 'a', prompt: 'p' }, { 'x-client-plan': 'PREMIUM' });
    expect(answer.headers.get('x-quota-remaining')).toBe('10000000');
    expect(answer.headers.get('x-monetization-plan')).toBe('FREE');
    expect(await get('/monetization/status')).toMatchObject({ usage_today: 0, daily_cap: 50 });
  });
});

describe('policies', () => {
  const admin = { 'x-user': 'root;admin' };
  test('only admins change them; unknown names have the default weights', async () => {
    await start();
    const weights = { serious: 1, playful: 3 };
    const set = { name: 'variant_a', kind: 'fixed', weights };
    expect((await api.rpc('policies.set', set)).status).toBe(403);
    const { result } = await api.rpc('policies.set', set, admin);
    expect(result).toEqual({
      name: 'variant_a',
      kind: 'fixed',
      weights: { serious: 0.25, playful: 0.75 },
      learned: null,
    });
    expect(await get('/policy?name=variant_a')).toEqual({
      name: 'variant_a',
      weights: { serious: 0.25, playful: 0.75 },
    });
    expect(await get('/policy?name=zzz')).toEqual({ name: 'zzz', weights: { serious: 0.7, playful: 0.3 } });
    expect(await ask('alice')).toMatchObject({ picked_policy: 'playful', policy_weights: result.weights });
    const put = await fetch(`${api.url}/policies/variant_a`, {
      method: 'PUT',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ weights: { serious: 0, playful: 0 } }),
    });
    expect(put.status).toBe(422);
  });

  test('a learning one turns to what is liked, and only it does', async () => {
    await start({ random: seededRandom(5) });
    const learn = { kind: 'thompson', weights: { serious: 0.5, playful: 0.5 } };
    await api.rpc('policies.set', { name: 'variant_b', ...learn }, admin);
    const users = Array.from({ length: 200 }, (_, index) => `u${index}`).filter(
      (user) => assignGroup(user) === 'B',
    );
    for (const user of users.slice(0, 60)) {
      const { interaction_id, picked_policy } = await ask(user, { deterministic: false });
      await api.post('/feedback', { interaction_id, score: picked_policy === 'playful' ? 5 : 1 });
    }
    const { policies } = await get('/policies');
    const learned = policies.find(({ name }: { name: string }) => name === 'variant_b');
    expect(learned.learned.playful.share).toBeGreaterThan(0.95);
    expect(learned.learned.playful.count + learned.learned.serious.count).toBe(60);
    expect(await ask('bob')).toMatchObject({ group: 'B', picked_policy: 'playful' });
    expect(policies.find(({ name }: { name: string }) => name === 'variant_a').learned).toBeNull();
  });
});
