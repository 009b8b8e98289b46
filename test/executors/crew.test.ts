/** Crews against a model that says what the test has it say. */
import { describe, expect, it } from 'vitest';
import { filled } from '../../executors/_crew-prompts.ts';
import crew from '../../executors/crew-executor.ts';
import type { ExecutorContext, StepCalls } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { ChatAnswer, ChatRequest, LlmClient, ToolCall } from '../../src/core/llm/chat.ts';
import { makeContext } from './make-context.ts';

const works = {
  agents: {
    researcher: { role: 'a researcher of {topic}', goal: 'find facts', llm: 'other-model' },
    writer: { role: 'a writer', goal: 'write well' },
  },
  tasks: {
    research: { description: 'Find facts about {topic}', expected_output: 'A list', agent: 'researcher' },
    article: { description: 'Write about {topic}', agent: 'writer' },
  },
};

/** Answers by what it is asked; notes the steps and the requests. */
function model(answer: (request: ChatRequest, number: number) => string | readonly ToolCall[]) {
  const asked: ChatRequest[] = [];
  const steps: string[] = [];
  const chat = async (request: ChatRequest): Promise<ChatAnswer> => {
    asked.push({ ...request, messages: [...request.messages] });
    const said = answer(request, asked.length);
    const isText = typeof said === 'string';
    return {
      text: isText ? said : '',
      toolCalls: isText ? [] : said,
      finishReason: isText ? 'stop' : 'tool_calls',
      model: 'm',
      provider: 'p',
      usage: null,
      isDemo: false,
    };
  };
  const llm = { chat } as unknown as LlmClient;
  const step = <Result>(name: string, work: (calls: StepCalls) => Promise<Result>) => {
    steps.push(name);
    return work({ llm, idempotencyKey: 'key', runExecutor: async () => null });
  };
  return { asked, steps, step };
}

function run(input: JsonObject, overrides: Partial<ExecutorContext<unknown>>) {
  return crew.run(makeContext(crew, { topic: 'bees', ...input }, overrides) as never);
}
const wordsOf = ({ messages }: ChatRequest) => messages.map(({ content }) => String(content)).join('\n');

describe('crew_executor', () => {
  it('does its tasks in order, each by its agent, with what came before', async () => {
    const { asked, step, steps } = model((_request, number) =>
      number === 1 ? 'bees dance' : 'Bees dance a lot.',
    );
    expect(await run({ works, model: 'usual-model' }, { step })).toEqual({
      status: 'success',
      result: 'Bees dance a lot.',
      tasks: [
        { name: 'research', agent: 'researcher', output: 'bees dance' },
        { name: 'article', agent: 'writer', output: 'Bees dance a lot.' },
      ],
      process: 'sequential',
    });
    expect(steps).toEqual(['research', 'article']);
    expect(asked.map((request) => request.model)).toEqual(['other-model', 'usual-model']);
    const [first, second] = asked.map(wordsOf);
    expect(first).toMatch(/a researcher of bees[\s\S]*Find facts about bees[\s\S]*Expected output: A list/);
    expect(first).not.toContain('{topic}');
    expect(second).toContain('<result task="research">\nbees dance');
  });

  it('takes its works from the params, as the original did', async () => {
    const { step } = model(() => 'done');
    const params = { works, process: 'sequential' };
    expect(await run({}, { step, params })).toMatchObject({ result: 'done' });
  });

  it('does several works by name', async () => {
    const { step, steps } = model((_request, number) => `answer ${number}`);
    const outcome = await run({ works: { one: works, two: works } }, { step });
    expect(outcome).toMatchObject({ result: { one: 'answer 2', two: 'answer 4' } });
    expect(outcome.tasks[3]).toEqual({ work: 'two', name: 'article', agent: 'writer', output: 'answer 4' });
    expect(steps).toEqual(['one: research', 'one: article', 'two: research', 'two: article']);
  });

  it('is led by a manager who delegates', async () => {
    const delegate = (coworker: string): ToolCall => ({
      id: 'call',
      name: 'delegate_work',
      arguments: JSON.stringify({ coworker, task: 'count the bees', context: 'there are many' }),
    });
    const { asked, step, steps } = model((request) => {
      if (request.tools === undefined) return '7 bees';
      const told = request.messages.filter(({ role }) => role === 'tool').length;
      if (told === 0) return [delegate('nobody')];
      return told === 1 ? [delegate('writer')] : 'seven';
    });
    const one = { agents: works.agents, tasks: { count: { description: 'How many {topic}?' } } };
    const outcome = await run({ works: one, process: 'hierarchical', manager_model: 'big' }, { step });
    expect(outcome).toMatchObject({ result: 'seven', tasks: [{ name: 'count', agent: 'manager' }] });
    expect(steps).toEqual(['count: manager', 'count: manager (2)', 'count: writer', 'count: manager (3)']);
    expect(asked[0]).toMatchObject({ model: 'big', tools: [{ name: 'delegate_work' }] });
    expect(wordsOf(asked[1] as ChatRequest)).toMatch(/Invalid option[\s\S]*researcher/);
    expect(wordsOf(asked[2] as ChatRequest)).toMatch(
      /You are a writer[\s\S]*count the bees[\s\S]*there are many/,
    );
    expect(asked[3]?.messages.at(-1)).toMatchObject({ role: 'tool', content: '7 bees' });
  });

  it.each<[string, JsonObject, RegExp]>([
    ['no works', {}, /give \{agents, tasks\}/],
    ['no tasks', { works: { agents: works.agents, tasks: {} } }, /tasks: there are none/],
    [
      'an unknown agent',
      { works: { ...works, tasks: { a: { description: 'x', agent: 'b' } } } },
      /'b' is not one of/,
    ],
    [
      'a context that comes later',
      { works: { ...works, tasks: { a: { description: 'x', context: ['b'] }, b: { description: 'y' } } } },
      /'b' is no task before it/,
    ],
    [
      'an agent without a goal',
      { works: { one: works, two: { ...works, agents: { a: { role: 'r' } } } } },
      /two\.agents\.a\.goal/,
    ],
    [
      'a tool there is not',
      { works: { ...works, agents: { ...works.agents, writer: { role: 'r', goal: 'g', tools: ['x'] } } } },
      /no such executor/,
    ],
  ])('refuses %s before anybody works', async (_what, input, problem) => {
    const { asked, step } = model(() => 'no');
    await expect(run(input, { step })).rejects.toThrow(problem);
    expect(asked).toEqual([]);
  });

  it('fills in inputs by name and leaves what has none', () => {
    expect(filled('{a} {{ a }} {b} {"a": 1}', { a: 'x' })).toBe('x x {b} {"a": 1}');
  });
});
