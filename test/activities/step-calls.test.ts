/** Steps of an executor: done once over all attempts, their tokens told once. */
import { describe, expect, it } from 'vitest';
import { LlmUse } from '../../src/activities/llm-use.ts';
import { RunLlmUse } from '../../src/activities/run-llm-use.ts';
import { type CallState, stepCalls } from '../../src/activities/step-calls.ts';
import { createStepLog } from '../../src/activities/step-log.ts';
import type { AnyExecutor } from '../../src/core/executor.ts';
import type { TaskStep } from '../../src/core/task-step.ts';
import type { LlmGateway } from '../../src/ports/llm.ts';

/** A model whose every answer takes ten tokens in and one out; it notes the keys it was asked with. */
function countingGateway() {
  const keys: string[] = [];
  const gateway: Pick<LlmGateway, 'clientFor'> = {
    clientFor: ({ idempotencyKey, onAnswer }) => ({
      chat: async () => {
        keys.push(idempotencyKey);
        const answer = {
          text: `answer ${keys.length}`,
          toolCalls: [],
          finishReason: 'stop',
          model: 'm',
          provider: 'p',
          usage: { inputTokens: 10, outputTokens: 1 },
          isDemo: false,
        } as const;
        onAnswer?.(answer);
        return answer;
      },
      // biome-ignore lint/correctness/useYield: nobody streams here
      async *stream() {
        throw new Error('not streamed here');
      },
      route: async () => {
        throw new Error('not routed here');
      },
    }),
  };
  return { gateway: gateway as LlmGateway, keys };
}

/** Attempts at one task over the same rows; `attempt` says which one, a lost worker's is tried again. */
function makeTask() {
  const rows = new Map<string, TaskStep>();
  const { gateway, keys } = countingGateway();
  const runUse = new RunLlmUse();
  const attempt = (number: number) => {
    const llm = new LlmUse({
      gateway,
      executor: { usesLlm: true } as AnyExecutor,
      idempotencyKey: 'key',
      run: { runId: 'run', userId: 'user' },
      keys: { openForRun: async () => ({ header: null, stored: [] }) },
      runOptions: {},
      runUse,
      budgets: async () => [],
      limits: { maxCalls: 1_000, maxTokens: 1_000_000 },
    });
    const state: CallState = { ending: null };
    const log = createStepLog({
      taskId: 'task',
      generation: 0,
      attempt: number,
      now: () => 0,
      load: async () => [...rows.values()],
      write: async (step) => void rows.set(step.path, step),
    });
    const calls = stepCalls({
      taskId: 'task',
      executorId: 'x_executor',
      steps: log,
      path: '',
      idempotencyKey: 'key',
      llm,
      runUse,
      signal: new AbortController().signal,
      state,
      now: () => 0,
      runnerOf: () => async () => null,
    });
    const asked = (name: string) =>
      calls.step(name, async (step) => (await step.llm.chat({ messages: [] })).text);
    return { ...calls, asked, llm, state };
  };
  return { rows, keys, attempt, runUse };
}

describe('step', () => {
  it('is done once, whatever attempt asks for it, and keeps its key', async () => {
    const { attempt, keys } = makeTask();
    const first = attempt(1);
    expect([await first.asked('a'), await first.asked('b')]).toEqual(['answer 1', 'answer 2']);
    const second = attempt(1);
    expect([await second.asked('a'), await second.asked('b'), await second.asked('c')]).toEqual([
      'answer 1',
      'answer 2',
      'answer 3',
    ]);
    expect(keys).toEqual(['key:step:0', 'key:step:1', 'key:step:2']);
  });

  it("a lost worker's tokens are told by the attempt that takes over", async () => {
    const { attempt, runUse } = makeTask();
    await attempt(1).asked('a');
    const again = attempt(1);
    await again.asked('a');
    await again.asked('b');
    expect(again.llm.spent).toMatchObject({ prompt_tokens: 20, completion_tokens: 2 });
    expect(again.llm.ownSpent).toMatchObject({ prompt_tokens: 20, completion_tokens: 2 });
    expect(runUse).toMatchObject({ calls: 2, tokens: 22 });
  });

  it('tokens that a failed attempt has told are not told again', async () => {
    const { attempt } = makeTask();
    const first = attempt(1);
    await first.asked('a');
    expect(first.llm.ownSpent).toMatchObject({ prompt_tokens: 10 });
    const second = attempt(2);
    await second.asked('a');
    expect(second.llm.ownSpent).toBeNull();
    await second.asked('b');
    expect(second.llm.spent).toMatchObject({ prompt_tokens: 20 });
    expect(second.llm.ownSpent).toMatchObject({ prompt_tokens: 10 });
  });

  it('one that throws is not kept, but what it spent counts', async () => {
    const { attempt, rows } = makeTask();
    const first = attempt(1);
    const failing = first.step('a', async (step) => {
      await step.llm.chat({ messages: [] });
      throw new Error('no luck');
    });
    await expect(failing).rejects.toThrow('no luck');
    expect(rows.get('0')).toMatchObject({ status: 'failed', error: 'no luck' });
    expect(first.llm.ownSpent).toMatchObject({ prompt_tokens: 10 });
    expect(await attempt(2).asked('a')).toBe('answer 2');
  });

  it('a budget counts the steps of a lost worker once', async () => {
    const task = makeTask();
    await task.attempt(1).asked('a');
    const fresh = new RunLlmUse();
    fresh.countOnce('task', 'key0', { total_tokens: 11 });
    fresh.countOnce('task', 'key0', { total_tokens: 11 });
    expect(fresh).toMatchObject({ calls: 1, tokens: 11 });
    expect([fresh.tree.tokens, fresh.ofTask('task').tokens]).toEqual([11, 11]);
  });

  it('refuses another order of steps', async () => {
    const { attempt } = makeTask();
    await attempt(1).asked('a');
    await expect(attempt(1).asked('b')).rejects.toThrow(/was 'a' in an earlier attempt and is 'b' now/);
  });
});

describe('askPerson', () => {
  it('ends the attempt, and gives the next one the decision', async () => {
    const { attempt, rows } = makeTask();
    const first = attempt(1);
    await expect(first.askPerson('May I?', { message: 'May I?' })).rejects.toThrow();
    expect(first.state.ending).toEqual({ kind: 'waiting', wait: { message: 'May I?', untilMs: null } });
    const decision = { kind: 'approved', by: 'me', comment: null, at: 'now' };
    rows.set('0', { ...(rows.get('0') as TaskStep), status: 'completed', result: decision });
    expect(await attempt(1).askPerson('May I?', { message: 'May I?' })).toEqual(decision);
  });
});
