/** Anthropic's wire format against a real server and the real guarded client. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { ChatAnswer, ChatRequest } from '../../src/core/llm/chat.ts';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway } from '../../src/llm/create-gateway.ts';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';

const KEY = 'sk-ant-canary-0123456789abcdef';
let fake: FakeProvider;

beforeAll(async () => {
  fake = await startFakeProvider({ retryAfterSeconds: 7 });
});
beforeEach(() => {
  fake.calls.length = 0;
  fake.hungUp.length = 0;
});
afterAll(() => fake.stop());

function client(signal = new AbortController().signal) {
  const key = new LlmKey('anthropic', KEY);
  return createGateway({
    server: [{ provider: 'anthropic', baseUrl: fake.baseUrl, key, model: 'echo' }],
    defaultModels: {},
    guarded: createHttpClient({ allowPrivateUrls: false }),
    configured: createHttpClient({ allowPrivateUrls: true }),
  }).clientFor({
    header: null,
    stored: [],
    mayUseServerKey: true,
    useDemo: false,
    signal,
    idempotencyKey: 'run:task:0',
  });
}

const ask = (text: string, extra: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content: text }],
  ...extra,
});

async function streamed(request: ChatRequest) {
  const deltas: string[] = [];
  let answer: ChatAnswer | undefined;
  for await (const event of client().stream(request)) {
    if (event.type === 'delta') deltas.push(event.text);
    else answer = event.answer;
  }
  return { deltas, answer };
}

const both = ['chat', 'stream'] as const;
const run = async (how: (typeof both)[number], request: ChatRequest) =>
  how === 'chat' ? client().chat(request) : (await streamed(request)).answer;

async function failure(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (caught: unknown) => caught,
  );
  if (!AppError.is(error)) throw error;
  return error;
}

describe('a request', () => {
  it('goes to /v1/messages with the key in its own header, and system beside the messages', async () => {
    const answer = await client().chat({
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hello' },
      ],
      temperature: 1.5,
      stop: ['.'],
    });
    expect(answer).toMatchObject({
      text: 'You said: hello',
      model: 'echo-2026',
      provider: 'anthropic',
      finishReason: 'stop',
      toolCalls: [],
      usage: { inputTokens: expect.any(Number), outputTokens: 3 },
    });
    expect(fake.calls[0]).toMatchObject({ path: '/v1/messages', key: KEY });
    expect(fake.calls[0]?.body).toEqual({
      model: 'echo',
      max_tokens: 4_096,
      system: 'be brief',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
      temperature: 1,
      stop_sequences: ['.'],
    });
  });

  it('keeps user and assistant in turn, with answers of tools and images', async () => {
    const toolCalls = [
      { id: 'a', name: 'look_up', arguments: '{"word":"tree"}' },
      { id: 'b', name: 'look_up', arguments: 'no JSON' },
    ];
    await client().chat({
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
        { role: 'user', content: 'what is it?' },
        { role: 'assistant', content: '', toolCalls },
        { role: 'tool', content: 'a plant', toolCallId: 'a' },
        { role: 'tool', content: 'unknown', toolCallId: 'b' },
        { role: 'user', content: 'so?' },
      ],
    });
    expect(fake.calls[0]?.body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          { type: 'text', text: 'what is it?' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'look_up', input: { word: 'tree' } },
          { type: 'tool_use', id: 'b', name: 'look_up', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'a plant' },
          { type: 'tool_result', tool_use_id: 'b', content: 'unknown' },
          { type: 'text', text: 'so?' },
        ],
      },
    ]);
  });

  it.each(['claude-opus-5-5', 'claude-opus-4-8', 'claude-haiku-5-5', 'claude-next-9'])(
    '%s gets no temperature and is told, not forced, to call a tool',
    async (model) => {
      await client().chat(ask('hi', { model, temperature: 0.5, topP: 0.5, format: { type: 'json' } }));
      const { body } = fake.calls[0] ?? { body: {} };
      expect(Object.keys(body).sort()).toEqual(['max_tokens', 'messages', 'model', 'system', 'tools']);
      expect(body.system).toContain('answer');
      expect(body.max_tokens).toBe(16_000);
    },
  );

  it.each(['claude-opus-4-20250514', 'claude-sonnet-4-5', 'claude-haiku-4-5-20251001', 'claude-3-5-haiku'])(
    '%s gets both',
    async (model) => {
      await client().chat(ask('hi', { model, temperature: 0.5, format: { type: 'json' } }));
      expect(fake.calls[0]?.body).toMatchObject({
        temperature: 0.5,
        tool_choice: { type: 'tool', name: 'answer' },
      });
    },
  );
});

describe('an answer', () => {
  it('is streamed in pieces, without what the model thought', async () => {
    const { deltas, answer } = await streamed(ask('hello tree'));
    expect(deltas).toEqual(['You ', 'said: ', 'hello ', 'tree']);
    expect(answer).toMatchObject({ text: 'You said: hello tree', usage: { outputTokens: 4 } });
  });

  it('comes at once from a server that does not stream', async () => {
    const { deltas, answer } = await streamed(ask('hi', { model: 'whole' }));
    expect(deltas).toEqual(['You said: hi']);
    expect(answer?.text).toBe('You said: hi');
  });

  it.each(both)('may ask for tools (%s)', async (how) => {
    const tools = [{ name: 'look_up', description: 'Looks a word up', parameters: { properties: {} } }];
    const answer = await run(how, ask('a tree?', { model: 'tools', tools, toolChoice: 'required' }));
    expect(answer?.finishReason).toBe('tool_calls');
    expect(answer?.toolCalls).toEqual([{ id: 'call_1', name: 'look_up', arguments: '{"word":"tree"}' }]);
    expect(fake.calls[0]?.body).toMatchObject({
      tool_choice: { type: 'any' },
      tools: [{ name: 'look_up', input_schema: { type: 'object', properties: {} } }],
    });
  });

  it.each(both)('counts what came from the cache and went into it (%s)', async (how) => {
    const answer = await run(how, ask('hi', { model: 'cached' }));
    const fresh = Math.ceil(JSON.stringify(fake.calls[0]?.body.messages).length / 4);
    expect(answer?.usage).toEqual({
      inputTokens: fresh + 12,
      outputTokens: 3,
      cacheReadTokens: 7,
      cacheWriteTokens: 5,
    });
  });
});

describe('structured output', () => {
  const schema = { type: 'object', properties: { said: { type: 'string' } }, required: ['said'] };
  const format = { type: 'schema', name: 'answer', schema } as const;

  it.each(both)('is the input of a tool that the model must call (%s)', async (how) => {
    const answer = await run(how, ask('hi', { format }));
    expect(answer).toMatchObject({ data: { said: 'hi' }, text: '{"said":"hi"}', finishReason: 'stop' });
    expect(answer?.toolCalls).toEqual([]);
    expect(fake.calls[0]?.body).toMatchObject({
      tools: [{ name: 'answer', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'answer' },
    });
  });

  it('is streamed as the JSON that is written, without the words before it', async () => {
    const { deltas, answer } = await streamed(ask('hi', { format, model: 'talkative' }));
    expect(deltas.join('')).toBe('{"said":"hi"}');
    expect(deltas).toHaveLength(2);
    expect(answer?.text).toBe('{"said":"hi"}');
  });

  it.each(both)('may be something else than an object (%s)', async (how) => {
    const list = { type: 'array', items: { $ref: '#/$defs/word' }, $defs: { word: { type: 'string' } } };
    fake.next(() => '["a","b"]');
    const answer = await run(how, ask('hi', { format: { ...format, schema: list } }));
    expect(answer).toMatchObject({ data: ['a', 'b'], text: '["a","b"]' });
    expect(fake.calls[0]?.body.tools[0].input_schema).toMatchObject({
      type: 'object',
      required: ['value'],
      $defs: list.$defs,
    });
  });

  it('that does not fit is worth another try; one that was cut is not', async () => {
    fake.next(() => '{"said": 3}');
    expect(await failure(client().chat(ask('hi', { format })))).toMatchObject({ code: 'task_transient' });
    const cut = await failure(client().chat(ask('hi', { format, model: 'length' })));
    expect(cut).toMatchObject({ retryable: false });
    expect(cut.message).toContain('max_tokens');
  });

  it('leaves the model the choice of other tools, under a name of its own', async () => {
    const tools = [{ name: 'answer', description: 'x', parameters: { type: 'object' } }];
    await client().chat(ask('hi', { format, tools }));
    expect(fake.calls[0]?.body).toMatchObject({
      tools: [{ name: 'answer' }, { name: 'answer_as_json' }],
      tool_choice: { type: 'any' },
    });
  });
});

describe('a failure', () => {
  it.each(both)('429 can be tried again after what it said (%s)', async (how) => {
    expect(await failure(run(how, ask('hi', { model: 'limited' })))).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 7,
    });
  });

  it.each(both)('500, 529 and garbage can be tried again (%s)', async (how) => {
    for (const model of ['broken', 'overloaded', 'garbage', 'empty']) {
      if (how === 'stream' && model === 'empty') continue;
      const error = await failure(run(how, ask('hi', { model })));
      expect(error, model).toMatchObject({ code: 'task_transient', retryable: true });
    }
  });

  it.each(['cut', 'stream-error'])('a stream that breaks off can be tried again (%s)', async (model) => {
    const error = await failure(streamed(ask('some more words', { model })));
    expect(error).toMatchObject({ code: 'task_transient', retryable: true });
  });

  it.each(both)('400 and 401 are final, and no key is in any text (%s)', async (how) => {
    for (const model of ['bad-request', 'unauthorized']) {
      const error = await failure(run(how, ask('hi', { model })));
      expect(error.retryable, model).toBe(false);
      expect(`${error.message} ${error.stack}`).not.toContain(KEY);
    }
  });

  it('an abort in mid-stream hangs up', async () => {
    const abort = new AbortController();
    const running = failure(
      (async () => {
        for await (const _ of client(abort.signal).stream(ask('a b c d', { model: 'hang-mid' })))
          abort.abort();
      })(),
    );
    expect(await running).toMatchObject({ code: 'task_cancelled' });
    await fake.abandoned();
  });
});

it('without a key it names the setting', async () => {
  const gateway = createGateway({
    server: [],
    defaultModels: {},
    guarded: createHttpClient({ allowPrivateUrls: false }),
    configured: createHttpClient({ allowPrivateUrls: false }),
  });
  const access = { header: null, stored: [], mayUseServerKey: true, useDemo: false, idempotencyKey: 'x' };
  const bare = gateway.clientFor({ ...access, signal: new AbortController().signal });
  const error = await failure(bare.chat(ask('hi', { model: 'claude-haiku-5-5' })));
  expect(error).toMatchObject({ code: 'llm_key_missing' });
  expect(error.message).toMatch(/X-LLM-API-KEY.*use_demo.*ANTHROPIC_API_KEY.*ANTHROPIC_BASE_URL/);
});
