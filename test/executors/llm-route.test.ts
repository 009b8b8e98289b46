/** The router as an executor: a real gateway over two real servers, one of each wire format. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import llmRoute from '../../executors/llm-route.ts';
import type { AnyExecutor } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway } from '../../src/llm/create-gateway.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { makeContext } from './make-context.ts';

const executor = llmRoute as AnyExecutor;
let openai: FakeProvider;
let anthropic: FakeProvider;
beforeAll(async () => {
  [openai, anthropic] = await Promise.all([startFakeProvider(), startFakeProvider()]);
});
beforeEach(() => {
  openai.calls.length = 0;
  anthropic.calls.length = 0;
});
afterAll(() => Promise.all([openai.stop(), anthropic.stop()]));

// biome-ignore lint/suspicious/noExplicitAny: tests look into results member by member
async function run(input: JsonObject, routeModels = ['openai/echo', 'anthropic/echo']): Promise<any> {
  const http = createHttpClient({ allowPrivateUrls: true });
  const server = [
    { provider: 'openai', baseUrl: openai.baseUrl, key: null, model: 'echo' },
    { provider: 'anthropic', baseUrl: anthropic.baseUrl, key: null, model: 'echo' },
  ];
  const gateway = createGateway({ server, defaultModels: {}, guarded: http, configured: http, routeModels });
  const llm = gateway.clientFor({
    header: null,
    stored: [],
    mayUseServerKey: true,
    useDemo: false,
    signal: new AbortController().signal,
    idempotencyKey: 'x',
  });
  const result = await executor.run(makeContext(executor, input, { llm }));
  return executor.output.parse(result);
}

it('asks the model it chose', async () => {
  const result = await run({ prompt: 'hello', preferred_model: 'openai/echo', max_tokens: 50 });
  expect(result).toMatchObject({
    selection: { provider: 'openai', model: 'echo' },
    fallbacks: [{ provider: 'anthropic', model: 'echo' }],
    content: 'You said: hello',
    model_used: 'echo-2026',
    provider_used: 'openai',
    finish_reason: 'stop',
    cost: null,
    attempts: [{ provider: 'openai', outcome: 'answered', error: null }],
  });
  expect(result.tokens.total_tokens).toBeGreaterThan(0);
  expect(anthropic.calls).toHaveLength(0);
});

it('asks the next one when it fails, and lists both', async () => {
  const input = { prompt: 'hello', preferred_model: 'openai/limited' };
  const result = await run(input, ['openai/limited', 'anthropic/echo']);
  expect(result).toMatchObject({ content: 'You said: hello', provider_used: 'anthropic' });
  expect(result.attempts).toMatchObject([
    { provider: 'openai', model: 'limited', outcome: 'rate_limited', error: expect.stringContaining('429') },
    { provider: 'anthropic', outcome: 'answered', latency_ms: expect.any(Number) },
  ]);
});

it('gives a slow model up after its time', async () => {
  const input = { prompt: 'hello', preferred_model: 'openai/hang', timeout: 0.5 };
  const result = await run(input, ['openai/hang', 'anthropic/echo']);
  expect(result.attempts).toMatchObject([{ outcome: 'task_timeout' }, { outcome: 'answered' }]);
});

it('checks answers against a schema', async () => {
  const json_schema = { type: 'object', properties: { said: { type: 'string' } }, required: ['said'] };
  const result = await run({ prompt: 'hello', json_schema });
  expect(result.data).toEqual({ said: 'hello' });
});

it('only chooses where there is no question', async () => {
  const result = await run({ goal: 'speed' });
  expect(result).toMatchObject({ selection: { score: expect.any(Number) }, content: null, attempts: [] });
  expect(openai.calls.length + anthropic.calls.length).toBe(0);
});

it('sees that a question has images, and says why nobody can answer', async () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/tree.png' } };
  const messages = [{ role: 'user', content: [image] }];
  await expect(run({ messages })).rejects.toMatchObject({
    code: 'task_failed',
    retryable: false,
    message: expect.stringContaining('openai/echo: cannot see images'),
  });
  expect(openai.calls.length + anthropic.calls.length).toBe(0);
});

it('names the way out where there is no key at all', async () => {
  await expect(run({ prompt: 'hello' }, ['groq/llama-3.1-8b-instant'])).rejects.toMatchObject({
    code: 'llm_key_missing',
  });
});

it('says the same each time in demo mode, after its choice over the whole catalogue', () => {
  const task = { id: 'x', name: 'x' };
  const demo = executor.demo({ input: { prompt: 'hi', goal: 'quality', complexity: 'expert' }, task });
  expect(demo).toMatchObject({ demo_mode: true, selection: { provider: expect.any(String) }, cost: null });
  expect(executor.demo({ input: { prompt: 'hi', goal: 'quality', complexity: 'expert' }, task })).toEqual(
    demo,
  );
});
