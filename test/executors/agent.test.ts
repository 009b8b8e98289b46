/** The agent's loop against a model that says what the test has it say. */
import { describe, expect, it } from 'vitest';
import agent from '../../executors/agent-executor.ts';
import systemInfo from '../../executors/system-info-executor.ts';
import { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext, WaitDecision } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { ChatAnswer, ChatRequest, LlmClient } from '../../src/core/llm/chat.ts';
import { makeContext } from './make-context.ts';

type Said = string | readonly (readonly [tool: string, given: string])[];

/** Says these one after the other, the last one for ever; notes what it was asked. */
function saying(...script: Said[]) {
  const asked: ChatRequest[] = [];
  const chat = async (request: ChatRequest): Promise<ChatAnswer> => {
    asked.push({ ...request, messages: [...request.messages] });
    const said = script[Math.min(asked.length, script.length) - 1] ?? '';
    const calls = typeof said === 'string' ? [] : said;
    return {
      text: typeof said === 'string' ? said : '',
      toolCalls: calls.map(([name, given], index) => ({ id: `call-${index}`, name, arguments: given })),
      finishReason: calls.length > 0 ? 'tool_calls' : 'stop',
      model: 'm',
      provider: 'p',
      usage: null,
      isDemo: false,
    };
  };
  return { asked, llm: { chat } as unknown as LlmClient };
}

const catalog: ExecutorContext<unknown>['executors'] = {
  find: (id) => {
    if (!['system_info_executor', 'wait_executor', 'off_executor'].includes(id)) return undefined;
    return {
      id,
      description: 'says how the machine is',
      inputSchema: { type: 'object' },
      placement: id === 'wait_executor' ? 'wait' : 'inline',
      available: id !== 'off_executor',
      reason: id === 'off_executor' ? 'switched off' : null,
      problems: (input) =>
        systemInfo.input.safeParse(input).error?.issues.map(({ message }) => message) ?? [],
    };
  },
};

function run(input: JsonObject, overrides: Partial<ExecutorContext<unknown>>) {
  const given = { goal: 'look', tools: ['executor:system_info_executor'], ...input };
  return agent.run(makeContext(agent, given, { executors: catalog, ...overrides }) as never);
}
const cpu = ['system_info_executor', '{"resource":"cpu"}'] as const;
const lastTold = (asked: ChatRequest[]) => asked.at(-1)?.messages.at(-1)?.content;

describe('agent_executor', () => {
  it('uses a tool, tells the model what came, and ends with its answer', async () => {
    const { asked, llm } = saying([cpu], 'four cores');
    const calls: unknown[] = [];
    const runExecutor = async (id: string, given: JsonObject) => {
      calls.push([id, given]);
      return { cores: 4 };
    };
    expect(await run({}, { llm, runExecutor })).toMatchObject({
      finished: true,
      stopped: 'done',
      answer: 'four cores',
      steps: 2,
      tool_calls: [{ tool: 'system_info_executor', ok: true, result: '{"cores":4}' }],
    });
    expect(calls).toEqual([['system_info_executor', { resource: 'cpu' }]]);
    expect(asked[0]?.tools).toMatchObject([{ name: 'system_info_executor' }]);
    expect(asked[1]?.messages.slice(2)).toMatchObject([
      { role: 'assistant', toolCalls: [{ id: 'call-0' }] },
      { role: 'tool', toolCallId: 'call-0', content: '{"cores":4}' },
    ]);
  });

  it.each<[string, Said, RegExp]>([
    ['arguments that do not fit', [['system_info_executor', '{"resource":"sun"}']], /Invalid arguments/],
    ['arguments that are no JSON', [['system_info_executor', '{oops']], /not valid JSON/],
    ['arguments that are no object', [['system_info_executor', '[1]']], /must be a JSON object/],
    ['a tool there is not', [['rm', '{}']], /there is no tool 'rm'. There are: system_info_executor/],
    ['a tool that fails', [cpu], /out of order/],
  ])('tells the model of %s', async (_what, said, told) => {
    const { asked, llm } = saying(said, 'I see');
    const runExecutor = async () => {
      throw new AppError('task_failed', 'out of order');
    };
    expect(await run({}, { llm, runExecutor })).toMatchObject({
      finished: true,
      tool_calls: [{ ok: false }],
    });
    expect(lastTold(asked)).toMatch(told);
  });

  it('stops when its steps are over', async () => {
    const { llm } = saying([cpu]);
    const runExecutor = async () => null;
    expect(await run({ max_steps: 3 }, { llm, runExecutor })).toMatchObject({
      finished: false,
      stopped: 'max_steps',
      steps: 3,
    });
  });

  it.each<[WaitDecision['kind'], string, number]>([
    ['approved', 'max_steps', 7],
    ['rejected', 'rejected', 2],
    ['elapsed', 'no_decision', 2],
  ])('asks a person after its autonomous steps: %s', async (kind, stopped, steps) => {
    const { asked, llm } = saying([cpu]);
    const questions: string[] = [];
    const askPerson = async (_name: string, { message }: { message: string }) => {
      questions.push(message);
      return { kind, by: 'me', comment: kind === 'approved' ? 'be quick' : null, at: 'now' };
    };
    const outcome = await run(
      { max_steps: 7, autonomous_steps: 2 },
      { llm, askPerson, runExecutor: async () => null },
    );
    expect(outcome).toMatchObject({ finished: false, stopped, steps });
    expect(questions).toHaveLength(kind === 'approved' ? 3 : 1);
    expect(questions[0]).toContain('system_info_executor');
    if (kind === 'approved') expect(asked[2]?.messages.at(-1)).toEqual({ role: 'user', content: 'be quick' });
  });

  it('says at once which tool cannot be offered', async () => {
    const { asked, llm } = saying('hi');
    for (const [tool, why] of [
      ['nothing_executor', /no such executor/],
      ['executor:wait_executor', /must be a task of its own/],
      ['off_executor', /switched off/],
      ['mcp:server/tool', /mcp_servers has no 'server'/],
      ['ftp:server', /kind 'ftp'/],
    ] as const)
      await expect(run({ tools: [tool] }, { llm })).rejects.toThrow(why);
    expect(asked).toEqual([]);
  });

  it('cuts a result that would fill the conversation', async () => {
    const { asked, llm } = saying([cpu], 'too much');
    await run({}, { llm, runExecutor: async () => 'x'.repeat(50_000) });
    expect(lastTold(asked)?.length).toBeLessThan(21_000);
    expect(lastTold(asked)).toContain('50000 characters in all');
  });
});
