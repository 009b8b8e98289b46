/** Models in turn, breakers and budgets, against real servers that are down, slow, rate-limited or talk garbage. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { type Budget, reserveCall } from '../../src/core/llm/budget.ts';
import type { ChatAnswer, ChatRequest } from '../../src/core/llm/chat.ts';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import { Spend } from '../../src/core/llm/spend.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway, type GatewayOptions } from '../../src/llm/create-gateway.ts';
import type { LlmAccess } from '../../src/ports/llm.ts';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';

let openai: FakeProvider;
let anthropic: FakeProvider;
beforeAll(async () => {
  [openai, anthropic] = await Promise.all([
    startFakeProvider({ retryAfterSeconds: 7, wordMs: 200 }),
    startFakeProvider(),
  ]);
});
beforeEach(() => {
  openai.calls.length = 0;
  anthropic.calls.length = 0;
});
afterAll(() => Promise.all([openai.stop(), anthropic.stop()]));

const access = (more: Partial<LlmAccess> = {}): LlmAccess => ({
  header: null,
  stored: [],
  mayUseServerKey: true,
  useDemo: false,
  signal: new AbortController().signal,
  idempotencyKey: 'run:task:0',
  ...more,
});

function gateway(options: Partial<GatewayOptions> = {}) {
  const http = createHttpClient({ allowPrivateUrls: true });
  const access = (provider: string, { baseUrl }: FakeProvider) => ({
    provider,
    baseUrl,
    key: new LlmKey(provider, `sk-${provider}`),
    model: 'echo',
  });
  return createGateway({
    server: [access('openai', openai), access('anthropic', anthropic)],
    defaultModels: {},
    guarded: http,
    configured: http,
    ...options,
  });
}

const ask = (model: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content: 'hello there, you model' }],
  provider: 'openai',
  model,
  fallbacks: [{ provider: 'anthropic', model: 'echo' }],
  ...more,
});

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (caught: unknown) => caught,
  );
  if (!AppError.is(error)) throw error;
  return error;
}

describe('the next model answers when the first is', () => {
  it.each([
    ['down', 'broken', 'task_transient'],
    ['rate-limited', 'limited', 'rate_limited'],
    ['slow', 'hang', 'task_timeout'],
    ['talking garbage', 'garbage', 'task_transient'],
    ['refusing the key', 'unauthorized', 'task_failed'],
    ['out of credit', 'no-credit', 'task_failed'],
  ])('%s', async (_how, mode, outcome) => {
    const client = gateway().clientFor(access());
    const answer = await client.chat(ask(mode, { timeoutMs: mode === 'hang' ? 500 : 5_000 }));
    expect(answer).toMatchObject({ text: 'You said: hello there, you model', provider: 'anthropic' });
    expect(answer.attempts).toEqual([
      { provider: 'openai', model: mode, outcome, error: expect.any(String), durationMs: expect.any(Number) },
      {
        provider: 'anthropic',
        model: 'echo-2026',
        outcome: 'answered',
        error: null,
        durationMs: expect.any(Number),
      },
    ]);
    expect(anthropic.calls.map(({ key, idempotencyKey }) => [key, idempotencyKey])).toEqual([
      ['sk-anthropic', 'run:task:0:llm:0:1'],
    ]);
  });

  it('not there at all', async () => {
    const gone = { provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', key: null, model: 'echo' };
    const there = { provider: 'anthropic', baseUrl: anthropic.baseUrl, key: null, model: 'echo' };
    const client = gateway({ server: [gone, there] }).clientFor(access());
    expect((await client.chat(ask('echo'))).attempts).toMatchObject([{ outcome: 'task_transient' }, {}]);
  });

  it('without a key', async () => {
    const answer = await gateway()
      .clientFor(access())
      .chat(ask('x', { provider: 'groq' }));
    expect(answer.attempts).toMatchObject([{ provider: 'groq', outcome: 'llm_key_missing' }, {}]);
  });

  it('wrong about the form of its answer', async () => {
    openai.next(() => '{"said": 3}');
    const schema = { type: 'object', properties: { said: { type: 'string' } }, required: ['said'] };
    const spent: ChatAnswer[] = [];
    const client = gateway().clientFor(access({ onAnswer: (answer) => spent.push(answer) }));
    const answer = await client.chat(ask('echo', { format: { type: 'schema', name: 'x', schema } }));
    expect(answer.data).toEqual({ said: 'hello there, you model' });
    // The first one has cost something too.
    expect(spent.map(({ provider }) => provider)).toEqual(['openai', 'anthropic']);
  });
});

it("a premium run never falls back on the server's key", async () => {
  const own = { header: new LlmKey('openai', 'sk-own'), mayUseServerKey: false };
  const error = await failure(gateway().clientFor(access(own)).chat(ask('limited')));
  expect(error.message).toContain('anthropic/echo: No LLM key for anthropic');
  expect(openai.calls.map(({ key }) => key)).toEqual(['sk-own']);
  expect(anthropic.calls).toHaveLength(0);
  const both = { ...own, stored: [new LlmKey('anthropic', 'sk-ant-own')] };
  await gateway().clientFor(access(both)).chat(ask('limited'));
  expect(anthropic.calls.map(({ key }) => key)).toEqual(['sk-ant-own']);
});

describe('when none answers', () => {
  it('all are listed, and a repeat helps when it helps one', async () => {
    const fallbacks = [{ provider: 'anthropic', model: 'unauthorized' }];
    const error = await failure(gateway().clientFor(access()).chat(ask('limited', { fallbacks })));
    expect(error).toMatchObject({ code: 'task_transient', retryable: true, retryAfterSeconds: 7 });
    expect(error.message).toMatch(/None of 2 models.*\n- openai\/limited: .*\n- anthropic\/unauthorized: /);
    expect(error.message).not.toContain('sk-');
    const final = await failure(gateway().clientFor(access()).chat(ask('no-credit', { fallbacks })));
    expect(final).toMatchObject({ code: 'task_failed', retryable: false });
  });

  it('a cancel asks nobody else', async () => {
    const abort = new AbortController();
    const client = gateway().clientFor(access({ signal: abort.signal }));
    const running = failure(client.chat(ask('hang')));
    await openai.arrived(1);
    abort.abort();
    expect(await running).toMatchObject({ code: 'task_cancelled' });
    expect(anthropic.calls).toHaveLength(0);
  });
});

describe('a stream', () => {
  const read = async (request: ChatRequest) => {
    const deltas: string[] = [];
    let answer: ChatAnswer | undefined;
    for await (const event of gateway().clientFor(access()).stream(request)) {
      if (event.type === 'delta') deltas.push(event.text);
      else answer = event.answer;
    }
    return { deltas, answer };
  };

  it('falls back before the first word', async () => {
    const { deltas, answer } = await read(ask('broken'));
    expect(deltas.join('')).toBe('You said: hello there, you model');
    expect(answer?.attempts).toMatchObject([{ outcome: 'task_transient' }, { outcome: 'answered' }]);
  });

  it('does not after it: words on a screen cannot be taken back', async () => {
    expect(await failure(read(ask('cut')))).toMatchObject({ code: 'task_transient', retryable: true });
    expect(anthropic.calls).toHaveLength(0);
  });
});

describe('the breaker', () => {
  const circuit = { windowMs: 30_000, failureShare: 0.5, minCalls: 3, halfOpenAfterMs: 15_000 };

  it('spares a server that fails, lets one probe through, and closes', async () => {
    const clock = { ms: 1_000_000 };
    const states: string[] = [];
    const outcomes: string[] = [];
    const metrics = {
      observeLlmCall: ({ provider, outcome }: { provider: string; outcome: string }) =>
        void outcomes.push(`${provider} ${outcome}`),
      observeCircuit: ({ state }: { state: string }) => void states.push(state),
    };
    const client = gateway({ circuit, now: () => clock.ms, metrics }).clientFor(access());
    for (let call = 0; call < 3; call++) await client.chat(ask('broken'));
    expect(openai.calls).toHaveLength(3);
    const spared = await client.chat(ask('echo'));
    expect(openai.calls).toHaveLength(3);
    expect(spared).toMatchObject({ provider: 'anthropic' });
    expect(spared.attempts?.[0]?.error).toContain('has failed too often');
    const alone = await failure(client.chat(ask('echo', { fallbacks: [] })));
    expect(alone).toMatchObject({ code: 'task_transient', retryAfterSeconds: 15 });

    clock.ms += 15_000;
    const probing = client.chat(ask('slow'));
    await openai.arrived(4);
    const meanwhile = await client.chat(ask('echo'));
    expect(meanwhile.provider).toBe('anthropic');
    expect((await probing).provider).toBe('openai');
    expect((await client.chat(ask('echo'))).provider).toBe('openai');
    expect(openai.calls).toHaveLength(5);
    expect(states).toEqual(['open', 'half_open', 'closed']);
    expect(outcomes.filter((outcome) => outcome === 'openai circuit_open')).toHaveLength(3);
  });

  it('is not moved by keys that are refused, limits of a key, and impatient tasks', async () => {
    const client = gateway({ circuit: { ...circuit, minCalls: 1, failureShare: 0.01 } }).clientFor(access());
    for (const model of ['limited', 'unauthorized', 'bad-request', 'no-credit'])
      await client.chat(ask(model));
    await client.chat(ask('hang', { timeoutMs: 500 }));
    expect((await client.chat(ask('echo'))).provider).toBe('openai');
  });
});

describe('a budget', () => {
  const holding = (budget: Partial<Budget>) => {
    const held: Budget = {
      scope: 'task',
      maxTokens: null,
      maxCostNanoUsd: null,
      spend: new Spend(),
      ...budget,
    };
    const reserve: NonNullable<LlmAccess['reserve']> = async (call) => reserveCall([held], call, Date.now());
    return { held, client: gateway().clientFor(access({ reserve })) };
  };

  it('cuts a loop before the call that would pass it; nothing is spent after', async () => {
    const { held, client } = holding({ maxTokens: 400 });
    const loop = async () => {
      for (let turn = 0; turn < 100; turn++) await client.chat(ask('echo', { fallbacks: [], maxTokens: 20 }));
    };
    expect(await failure(loop())).toMatchObject({ code: 'llm_budget_exceeded', retryable: false });
    const { tokens } = held.spend;
    expect(openai.calls.length).toBeGreaterThan(1);
    expect(tokens).toBeLessThanOrEqual(400);
    const asked = openai.calls.length;
    // Another model is no way around it.
    expect(await failure(client.chat(ask('echo', { maxTokens: 20 })))).toMatchObject({
      code: 'llm_budget_exceeded',
    });
    expect(openai.calls.length + anthropic.calls.length).toBe(asked);
    expect(held.spend).toMatchObject({ tokens, openTokens: 0 });
  });

  it('tells the model how much it may write', async () => {
    const { client } = holding({ maxTokens: 400 });
    await client.chat(ask('echo', { fallbacks: [] }));
    expect(openai.calls[0]?.body.max_tokens).toBeGreaterThan(300);
    expect(openai.calls[0]?.body.max_tokens).toBeLessThan(400);
  });

  it('gives back what a call that failed has not used, and keeps what a broken stream has', async () => {
    const { held, client } = holding({ maxTokens: 10_000 });
    await failure(client.chat(ask('broken', { fallbacks: [] })));
    expect(held.spend).toMatchObject({ tokens: 0, openTokens: 0 });
    const stream = async () => {
      for await (const _ of client.stream(ask('cut', { fallbacks: [] })));
    };
    await failure(stream());
    expect(held.spend.tokens).toBeGreaterThan(10);
    expect(held.spend.openTokens).toBe(0);
  });
});
