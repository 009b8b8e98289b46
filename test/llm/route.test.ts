/** What routing offers to whom: keys, addresses of the operator's own, open circuits, measured times. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import type { RouteWish } from '../../src/core/llm/route-model.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway, type GatewayOptions } from '../../src/llm/create-gateway.ts';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';

let fake: FakeProvider;
beforeAll(async () => {
  fake = await startFakeProvider();
});
afterAll(() => fake.stop());

const wish = (more: Partial<RouteWish> = {}): RouteWish => ({
  requirements: {},
  goal: 'cost',
  complexity: 'moderate',
  preferred: undefined,
  ...more,
});
const http = createHttpClient({ allowPrivateUrls: true });
const gateway = (options: Partial<GatewayOptions> = {}) =>
  createGateway({ server: [], defaultModels: {}, guarded: http, configured: http, ...options });
const vendor = {
  provider: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  key: new LlmKey('openai', 'sk-x'),
  model: 'gpt-4o-mini',
};
const own = (model = 'llama-9') => ({ provider: 'openai', baseUrl: fake.baseUrl, key: null, model });
const nobody: { header: null; stored: readonly LlmKey[]; mayUseServerKey: boolean } = {
  header: null,
  stored: [],
  mayUseServerKey: true,
};
const names = (models: readonly { provider: string; model: string }[]) =>
  models.map(({ provider, model }) => `${provider}/${model}`);

it('nobody has a key: everything is left out for that', () => {
  const { selection, excluded } = gateway().route(nobody, wish());
  expect(selection).toBeNull();
  expect(excluded.length).toBeGreaterThan(20);
  expect(excluded.every(({ reasons }) => reasons.includes('no key'))).toBe(true);
});

it("the server's keys and the user's make models available, a premium run has its own only", () => {
  const one = gateway({ server: [vendor] });
  const stored = [new LlmKey('anthropic', 'sk-ant-x')];
  const providers = (access: Partial<typeof nobody>) =>
    new Set(one.route({ ...nobody, ...access }, wish()).ranked.map(({ provider }) => provider));
  expect(providers({})).toEqual(new Set(['openai']));
  expect(providers({ stored })).toEqual(new Set(['openai', 'anthropic']));
  expect(providers({ stored, mayUseServerKey: false })).toEqual(new Set(['anthropic']));
});

it("at an address of the operator's own only the configured model is offered; a private one is local and free", () => {
  const { selection, ranked } = gateway({ server: [own()] }).route(
    nobody,
    wish({ requirements: { local: true } }),
  );
  expect(names(ranked)).toEqual(['openai/llama-9']);
  expect(selection).toMatchObject({ costNanoUsd: 0, scores: { cost: 1, privacy: 1 } });
  const far = { ...own(), baseUrl: 'https://proxy.example.com/v1' };
  const [proxied] = gateway({ server: [far] }).route(nobody, wish()).ranked;
  expect(proxied).toMatchObject({ model: 'llama-9', costNanoUsd: null, scores: { privacy: 0.3 } });
});

it('an operator may name the models', () => {
  const routeModels = ['openai/gpt-6-luna', 'openai/gpt-4.1', 'openai/unheard-of'];
  const { ranked } = gateway({ server: [vendor], routeModels }).route(nobody, wish());
  expect(names(ranked).sort()).toEqual([...routeModels].sort());
});

it('times that were measured here replace the typical ones', async () => {
  const one = gateway({ server: [own('slow')] });
  const client = one.clientFor({
    ...nobody,
    useDemo: false,
    signal: new AbortController().signal,
    idempotencyKey: 'x',
  });
  expect((await client.route(wish())).selection).toMatchObject({ isMeasured: false, latencyMs: 2_000 });
  await client.chat({ messages: [{ role: 'user', content: 'hi' }], model: 'slow' });
  const { selection } = await client.route(wish());
  expect(selection).toMatchObject({ isMeasured: true });
  expect(selection?.latencyMs).not.toBe(2_000);
});

it('a server whose circuit is open is left out, with the reason', async () => {
  const circuit = { windowMs: 30_000, failureShare: 0.5, minCalls: 1, halfOpenAfterMs: 15_000 };
  const one = gateway({ server: [own('broken')], circuit });
  const access = { useDemo: false, signal: new AbortController().signal, idempotencyKey: 'x' };
  const client = one.clientFor({ ...nobody, ...access });
  await expect(client.chat({ messages: [{ role: 'user', content: 'hi' }] })).rejects.toThrow('500');
  const { excluded } = await client.route(wish());
  expect(excluded).toContainEqual({
    provider: 'openai',
    model: 'broken',
    reasons: ['has failed too often of late'],
  });
});
