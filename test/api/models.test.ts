/** `models.list` and `models.route` over the API: what is there, for whom, and why. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let api: TestApi;
let store: Store;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-models-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  api = await startTestApi(store);
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

it('lists the catalogue with its dates, and what there is a key for', async () => {
  const all = await api.rpc('models.list');
  expect(all.result).toMatchObject({ as_of: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  expect(all.result.models.length).toBeGreaterThan(20);
  expect(all.result.models).toContainEqual(
    expect.objectContaining({ model: 'claude-haiku-5-5', available: false, reason: 'no key' }),
  );
  const unpriced = all.result.models.find(({ provider }: { provider: string }) => provider === 'deepseek');
  expect(unpriced.price_nano_usd).toBeNull();
  expect((await api.rpc('models.list', { available: true })).result.models).toEqual([]);
  const key = { provider: 'anthropic', api_key: 'sk-ant-canary' };
  await api.rpc('config.llm_key.set', key, { 'x-user': 'owner' });
  const own = await api.rpc('models.list', { available: true }, { 'x-user': 'owner' });
  expect(new Set(own.result.models.map(({ provider }: { provider: string }) => provider))).toEqual(
    new Set(['anthropic']),
  );
  expect((await api.rpc('models.list', { available: true })).result.models).toEqual([]);
  expect(JSON.stringify(own)).not.toContain('canary');
});

it('explains a choice without asking anybody', async () => {
  await api.rpc('config.llm_key.set', { provider: 'groq', api_key: 'gsk_x' }, { 'x-user': 'router' });
  const params = { goal: 'speed', prompt: 'one two three', requirements: { functions: true } };
  const { result } = await api.rpc('models.route', params, { 'x-user': 'router' });
  expect(result.selection).toMatchObject({ provider: 'groq', latency_measured: false });
  expect(result.selection.cost_nano_usd).toBeGreaterThan(0);
  expect(result.fallbacks.length).toBe(3);
  expect(result.reasons[0]).toContain('speed');
  expect(result.excluded).toContainEqual(expect.objectContaining({ reasons: ['no key'] }));
  const blind = await api.rpc('models.route', { requirements: { vision: true } }, { 'x-user': 'router' });
  expect(blind.result).toMatchObject({ selection: null, confidence: 0 });
});

it('names what is wrong with the question', async () => {
  const answer = await api.rpc('models.route', { goal: 'fame' });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.error)).toContain('goal');
});
