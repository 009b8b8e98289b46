/** The wire format, errors and the choice of address, against a real server and the real guarded client. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { ChatAnswer, ChatRequest } from '../../src/core/llm/chat.ts';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway, type GatewayOptions } from '../../src/llm/create-gateway.ts';
import type { LlmAccess } from '../../src/ports/llm.ts';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';

const KEY = 'sk-canary-0123456789abcdef';
let fake: FakeProvider;

beforeAll(async () => {
  fake = await startFakeProvider({ retryAfterSeconds: 7 });
});
beforeEach(() => {
  fake.calls.length = 0;
  fake.hungUp.length = 0;
});
afterAll(() => fake.stop());

function client(access: Partial<LlmAccess> = {}, options: Partial<GatewayOptions> = {}) {
  return createGateway({
    server: [{ provider: 'openai', baseUrl: fake.baseUrl, key: new LlmKey('openai', KEY), model: 'echo' }],
    defaultModels: {},
    guarded: createHttpClient({ allowPrivateUrls: false }),
    configured: createHttpClient({ allowPrivateUrls: true }),
    ...options,
  }).clientFor({
    header: null,
    stored: [],
    mayUseServerKey: true,
    useDemo: false,
    signal: new AbortController().signal,
    idempotencyKey: 'run:task:0',
    ...access,
  });
}

const ask = (text: string, extra: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content: text }],
  ...extra,
});

async function collect(stream: ReturnType<ReturnType<typeof client>['stream']>) {
  const deltas: string[] = [];
  let answer: ChatAnswer | undefined;
  for await (const event of stream) {
    if (event.type === 'delta') deltas.push(event.text);
    else answer = event.answer;
  }
  return { deltas, answer };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (caught: unknown) => caught,
  );
  if (!AppError.is(error)) throw error;
  return error;
}

describe('an answer', () => {
  it('is read whole, with usage, model and the key as bearer', async () => {
    const answer = await client().chat(ask('hello tree', { temperature: 0.5, maxTokens: 50, stop: ['.'] }));
    expect(answer).toMatchObject({
      text: 'You said: hello tree',
      model: 'echo-2026',
      provider: 'openai',
      finishReason: 'stop',
      toolCalls: [],
      usage: { inputTokens: expect.any(Number), outputTokens: 4 },
      isDemo: false,
    });
    const [call] = fake.calls;
    expect(call).toMatchObject({
      path: '/v1/chat/completions',
      key: KEY,
      idempotencyKey: 'run:task:0:llm:0',
    });
    expect(call?.body).toEqual({
      model: 'echo',
      messages: [{ role: 'user', content: 'hello tree' }],
      temperature: 0.5,
      max_tokens: 50,
      stop: ['.'],
    });
  });

  it('is streamed in pieces, with the same end', async () => {
    const { deltas, answer } = await collect(client().stream(ask('hello tree')));
    expect(deltas).toEqual(['You ', 'said: ', 'hello ', 'tree']);
    expect(answer).toMatchObject({
      text: 'You said: hello tree',
      finishReason: 'stop',
      usage: { outputTokens: 4 },
    });
  });

  it('comes at once from a server that does not stream', async () => {
    const { deltas, answer } = await collect(client().stream(ask('hi', { model: 'whole' })));
    expect(deltas).toEqual(['You said: hi']);
    expect(answer?.text).toBe('You said: hi');
  });

  it.each(['chat', 'stream'] as const)('may ask for tools (%s)', async (how) => {
    const request = ask('what is a tree?', {
      model: 'tools',
      tools: [{ name: 'look_up', description: 'Looks a word up', parameters: { type: 'object' } }],
    });
    const answer =
      how === 'chat' ? await client().chat(request) : (await collect(client().stream(request))).answer;
    expect(answer?.finishReason).toBe('tool_calls');
    expect(answer?.toolCalls).toEqual([{ id: 'call_1', name: 'look_up', arguments: '{"word":"tree"}' }]);
    expect(fake.calls[0]?.body.tools[0]).toMatchObject({ type: 'function', function: { name: 'look_up' } });
  });

  it('tells what it spent, once a call', async () => {
    const spent: number[] = [];
    const llm = client({ onAnswer: ({ usage }) => spent.push(usage?.outputTokens ?? 0) });
    await llm.chat(ask('one'));
    await collect(llm.stream(ask('one two')));
    expect(spent).toEqual([3, 4]);
    expect(fake.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'run:task:0:llm:0',
      'run:task:0:llm:1',
    ]);
  });
});

describe('structured output', () => {
  const schema = { type: 'object', properties: { said: { type: 'string' } }, required: ['said'] };
  const format = { type: 'schema', name: 'answer', schema } as const;

  it('is asked for, parsed and checked', async () => {
    const answer = await client().chat(ask('hi', { format }));
    expect(answer.data).toEqual({ said: 'hi' });
    expect(fake.calls[0]?.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema, strict: false },
    });
  });

  it('is taken out of a fence', async () => {
    fake.next(() => '```json\n{"said": "fenced"}\n```');
    expect((await collect(client().stream(ask('hi', { format })))).answer?.data).toEqual({ said: 'fenced' });
  });

  it('that does not fit is worth another try, and says why', async () => {
    fake.next(() => '{"said": 3}');
    const error = await failure(client().chat(ask('hi', { format })));
    expect(error).toMatchObject({ code: 'task_transient', retryable: true });
    expect(error.message).toContain('said:');
  });

  it('that was cut at the limit is not', async () => {
    const error = await failure(client().chat(ask('hi', { format, model: 'length' })));
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toContain('max_tokens');
  });
});

describe('a failure', () => {
  const both = ['chat', 'stream'] as const;
  const run = (how: (typeof both)[number], model: string, access: Partial<LlmAccess> = {}) =>
    how === 'chat'
      ? client(access).chat(ask('hi there, you model', { model }))
      : collect(client(access).stream(ask('hi there, you model', { model })));

  it.each(both)('429 can be tried again after what it said (%s)', async (how) => {
    const error = await failure(run(how, 'limited'));
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterSeconds: 7 });
  });

  it.each(both)('500 and garbage can be tried again (%s)', async (how) => {
    for (const model of ['broken', 'garbage', 'empty']) {
      const error = await failure(run(how, model));
      expect(error, model).toMatchObject({ code: 'task_transient', retryable: true });
    }
  });

  it.each(both)('400, 401 and no credit are final, and no key is in any text (%s)', async (how) => {
    for (const model of ['bad-request', 'unauthorized', 'no-credit']) {
      const error = await failure(run(how, model));
      expect(error.retryable, model).toBe(false);
      expect(`${error.message} ${error.stack} ${JSON.stringify(error.details)}`).not.toContain(KEY);
      expect(error.message).toMatch(/^openai \(127\.0\.0\.1:\d+\) /);
    }
  });

  it('a stream that breaks off can be tried again', async () => {
    const error = await failure(run('stream', 'cut'));
    expect(error).toMatchObject({ code: 'task_transient', retryable: true });
  });

  it('a server that is not there can be tried again', async () => {
    const gone = [{ provider: 'openai', baseUrl: 'http://127.0.0.1:9/v1', key: null, model: 'echo' }];
    const error = await failure(client({}, { server: gone }).chat(ask('hi')));
    expect(error).toMatchObject({ code: 'task_transient', retryable: true });
    expect(error.message).toContain('127.0.0.1:9');
  });

  it('silence ends at the time limit', async () => {
    const error = await failure(client().chat(ask('hi', { model: 'hang', timeoutMs: 50 })));
    expect(error).toMatchObject({ code: 'task_timeout', retryable: true });
    expect(error.message).toContain('50 ms');
  });

  it.each([
    ['chat', 'hang'],
    ['stream', 'hang'],
    ['stream', 'hang-mid'],
  ] as const)('an abort ends it and hangs up (%s, %s)', async (how, model) => {
    const abort = new AbortController();
    const running = failure(run(how, model, { signal: abort.signal }));
    await fake.arrived(1);
    const abortedMs = performance.now();
    abort.abort();
    expect(await running).toMatchObject({ code: 'task_cancelled' });
    await fake.abandoned();
    expect(performance.now() - abortedMs).toBeLessThan(1_000);
  });
});

describe('whose key, and where to', () => {
  it("a user's key wins over the server's", async () => {
    await client({ header: new LlmKey('openai', 'sk-header') }).chat(ask('hi'));
    await client({ stored: [new LlmKey('openai', 'sk-stored')] }).chat(ask('hi'));
    expect(fake.calls.map(({ key }) => key)).toEqual(['sk-header', 'sk-stored']);
  });

  it("the server's key never goes to an address of the task", async () => {
    const error = await failure(client().chat(ask('hi', { baseUrl: fake.baseUrl, model: 'echo' })));
    expect(error).toMatchObject({ code: 'llm_key_missing', retryable: false });
    expect(fake.calls).toHaveLength(0);
  });

  it('an address of the task may not be private', async () => {
    const own = { header: new LlmKey('openai', 'sk-own') };
    const request = ask('hi', { baseUrl: fake.baseUrl, model: 'echo' });
    expect(await failure(client(own).chat(request))).toMatchObject({
      code: 'blocked_address',
      retryable: false,
    });
    const open = { guarded: createHttpClient({ allowPrivateUrls: true }) };
    await client(own, open).chat(request);
    expect(fake.calls.map(({ key }) => key)).toEqual(['sk-own']);
  });

  it('a server without a key gets no header', async () => {
    const keyless = [{ provider: 'openai', baseUrl: fake.baseUrl, key: null, model: 'echo' }];
    await client({}, { server: keyless }).chat(ask('hi'));
    expect(fake.calls.map(({ key }) => key)).toEqual([null]);
  });

  it('without any key it says what to do', async () => {
    const error = await failure(client({}, { server: [] }).chat(ask('hi')));
    expect(error).toMatchObject({ code: 'llm_key_missing', retryable: false });
    expect(error.message).toMatch(/X-LLM-API-KEY.*use_demo.*OPENAI_API_KEY.*OPENAI_BASE_URL/);
  });

  it('an unknown provider is named', async () => {
    expect((await failure(client().chat(ask('hi', { provider: 'nobody' })))).message).toContain("'nobody'");
  });
});

describe('demo', () => {
  it('answers the same each time, fits the schema, and asks nobody', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string', minLength: 6 }, size: { type: 'integer', minimum: 3 } },
      required: ['name', 'size'],
    };
    const llm = client({ useDemo: true });
    const first = await llm.chat(ask('hello', { format: { type: 'schema', name: 'x', schema } }));
    expect(first).toMatchObject({ isDemo: true, provider: 'demo', data: { name: 'demo..', size: 3 } });
    const { deltas, answer } = await collect(llm.stream(ask('hello')));
    expect(deltas.join('')).toBe(answer?.text);
    expect(answer).toEqual(await llm.chat(ask('hello')));
    expect(fake.calls).toHaveLength(0);
  });
});
