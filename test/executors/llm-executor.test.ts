import { describe, expect, it } from 'vitest';
import llm from '../../executors/llm-executor.ts';
import type { AnyExecutor } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { ChatAnswer, ChatRequest, LlmClient } from '../../src/core/llm/chat.ts';
import { makeContext } from './make-context.ts';

const executor = llm as AnyExecutor;
const answer: ChatAnswer = {
  text: 'one two',
  toolCalls: [],
  finishReason: 'stop',
  model: 'model-1',
  provider: 'openai',
  usage: { inputTokens: 5, outputTokens: 2 },
  isDemo: false,
};

function recording(answer: ChatAnswer): LlmClient & { asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  return {
    asked,
    route: async () => {
      throw new Error('it names its model');
    },
    chat: async (request) => {
      asked.push(request);
      return answer;
    },
    async *stream(request) {
      asked.push(request);
      yield { type: 'delta', text: 'one ' };
      yield { type: 'delta', text: 'two' };
      yield { type: 'final', answer };
    },
  };
}

async function run(input: JsonObject, params: JsonObject = {}, answered: ChatAnswer = answer) {
  const client = recording(answered);
  const context = makeContext(executor, input, { llm: client, params });
  const result = await executor.run(context);
  executor.output.parse(result);
  return { result, request: client.asked[0], deltas: context.deltas };
}

describe('llm_executor', () => {
  it('streams what the model writes and returns the whole', async () => {
    const { result, deltas } = await run({ prompt: 'count' });
    expect(deltas).toEqual(['one ', 'two']);
    expect(result).toEqual({
      success: true,
      content: 'one two',
      is_stream: true,
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, cost: null },
      model: 'model-1',
      provider: 'openai',
      finish_reason: 'stop',
    });
  });

  it('streams nothing when told so', async () => {
    expect(await run({ prompt: 'count', stream: false })).toMatchObject({
      deltas: [],
      result: { is_stream: false },
    });
    expect(await run({ prompt: 'count' }, { stream: false })).toMatchObject({ deltas: [] });
  });

  it('puts system, messages and prompt in that order', async () => {
    const { request } = await run({
      system: 'be brief',
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'hello' },
      ],
      prompt: 'go on',
    });
    expect(request?.messages).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'hello' },
      { role: 'user', content: 'go on' },
    ]);
  });

  it('takes settings from params as the original did; inputs win', async () => {
    const params = { model: 'gpt-4', temperature: 0.7, max_tokens: 1000, executor_id: 'llm_executor' };
    const { request } = await run({ messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 }, params);
    expect(request).toMatchObject({ model: 'gpt-4', temperature: 0.7, maxTokens: 5 });
    await expect(run({ prompt: 'hi' }, { temperature: 9 })).rejects.toMatchObject({
      code: 'task_input_invalid',
    });
  });

  it.each([
    [{ json_schema: { type: 'object' } }, { type: 'schema', name: 'answer', schema: { type: 'object' } }],
    [{ response_format: { type: 'json_object' } }, { type: 'json' }],
    [{ response_format: { type: 'text' } }, undefined],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {}, strict: true } } },
      { type: 'schema', name: 'x', schema: {}, strict: true },
    ],
  ])('%j asks for its format', async (given, format) => {
    const { request } = await run({ prompt: 'hi', ...given } as JsonObject);
    expect(request?.format).toEqual(format);
  });

  it("offers tools, hands back what the model asks for, and carries a tool's answer", async () => {
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'look_up', arguments: '{"word":"tree"}' },
    };
    const tools = [{ type: 'function', function: { name: 'look_up', parameters: { type: 'object' } } }];
    const { request } = await run({
      messages: [
        { role: 'user', content: 'a tree?' },
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', content: 'a plant', tool_call_id: 'call_1' },
      ],
      tools,
      tool_choice: { type: 'function', function: { name: 'look_up' } },
      fallbacks: ['anthropic/claude-haiku-5-5'],
    });
    expect(request).toMatchObject({
      messages: [
        { role: 'user' },
        { toolCalls: [{ id: 'call_1', name: 'look_up', arguments: '{"word":"tree"}' }] },
        { role: 'tool', toolCallId: 'call_1' },
      ],
      tools: [{ name: 'look_up', description: '', parameters: { type: 'object' } }],
      toolChoice: { name: 'look_up' },
      fallbacks: [{ model: 'anthropic/claude-haiku-5-5' }],
    });
    const asking = { ...answer, text: '', toolCalls: [{ id: 'call_1', name: 'look_up', arguments: '{}' }] };
    const { result } = await run({ prompt: 'a tree?', tools, stream: false }, {}, asking);
    expect(result).toMatchObject({
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{}' } }],
    });
  });

  it('says what it cost where the price is known', async () => {
    const priced = { ...answer, model: 'gpt-4o-mini' };
    const { result } = await run({ prompt: 'hi', stream: false }, {}, priced);
    expect(result).toMatchObject({ usage: { cost: 5 * 150 + 2 * 600 } });
  });

  it('needs something to ask', async () => {
    for (const input of [{}, { messages: [] }, { system: 'be brief' }]) {
      await expect(run(input)).rejects.toMatchObject({ code: 'task_input_invalid', retryable: false });
    }
  });
});
