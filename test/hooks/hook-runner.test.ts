import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import type { HookDefinition } from '../../src/core/hook.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { HookedTask } from '../../src/hooks/hook-context.ts';
import { HookRunner } from '../../src/hooks/hook-runner.ts';

const task: HookedTask = {
  run: {
    id: 'run-1',
    rootTaskId: 'root',
    targetTaskId: 'root',
    userId: 'user-1',
    number: 1,
    taskCount: 1,
    useDemo: false,
    options: { nested: { value: 1 } },
    llm: { calls: 0, tokens: 0 },
  },
  task: { id: 'root', name: 'root', userId: 'user-1' },
  executor: { id: 'rest_executor', usesLlm: false },
  inputs: { url: 'http://a', list: [1, { deep: true }] },
  params: {},
  attempt: 1,
  isDemo: false,
};
const outcome = {
  status: 'completed' as const,
  result: { value: [1] },
  error: null,
  demo: null,
  tokenUsage: null,
};
const GO = { inputs: null, action: { kind: 'run' } };

interface Seen {
  readonly logged: Record<string, unknown>[];
  readonly measured: string[];
}

function make(...hooks: Partial<HookDefinition>[]): HookRunner & Seen {
  const logged: Record<string, unknown>[] = [];
  const measured: string[] = [];
  const log = (fields: Record<string, unknown>) => void logged.push(fields);
  const runner = new HookRunner({
    hooks: hooks.map((hook, index) => ({ id: `hook-${index}`, description: 'a test', ...hook })),
    logger: { debug: log, info: log, warn: log, error: log },
    http: { request: async () => Promise.reject(new Error('no network here')) },
    metrics: {
      observeHook: ({ hook, point, outcome: how, durationMs }) => {
        expect(durationMs).toBeGreaterThanOrEqual(0);
        measured.push(`${hook} ${point} ${how}`);
      },
    },
  });
  return Object.assign(runner, { logged, measured });
}
const alive = () => new AbortController().signal;
const never = () => new Promise<never>(() => undefined);
/** What a hook without types may answer. */
const lie = (answer: unknown) => answer as never;

describe('beforeTask', () => {
  it('goes on where there is no hook, and where hooks say nothing', async () => {
    expect(make().hasFor('beforeTask', task.executor)).toBe(false);
    expect(
      await make({ beforeTask: () => undefined }, { beforeTask: async () => null }).beforeTask(task, alive()),
    ).toEqual(GO);
  });

  it('calls in order, each with the inputs that those before have made', async () => {
    const order: unknown[] = [];
    const runner = make(
      {
        beforeTask: ({ inputs }) => {
          order.push(inputs['url']);
          return { action: 'inputs', inputs: { url: 'http://b' } };
        },
      },
      {
        beforeTask: async ({ inputs }) => {
          order.push(inputs['url']);
          return { action: 'inputs', inputs: { url: 'http://c' } };
        },
      },
      { beforeTask: ({ inputs }) => void order.push(inputs['url']) },
    );
    expect(await runner.beforeTask(task, alive())).toEqual({
      inputs: { url: 'http://c' },
      action: { kind: 'run' },
    });
    expect(order).toEqual(['http://a', 'http://b', 'http://c']);
    expect(runner.measured).toEqual(['hook-0', 'hook-1', 'hook-2'].map((id) => `${id} beforeTask ok`));
  });

  it('stops at a block and at an answer; a demo can still be blocked, and its first reason stands', async () => {
    const untouched = {
      beforeTask: () => Promise.reject(new Error('must not be called')),
      onFailure: 'closed',
    } as const;
    const block = { beforeTask: () => ({ action: 'block', reason: 'not today' }) as const };
    const demo = (reason: string) => ({ beforeTask: () => ({ action: 'demo', reason }) as const });
    const answer = { beforeTask: () => ({ action: 'answer' as const, result: [1, 2] }) };
    expect((await make(block, untouched).beforeTask(task, alive())).action).toEqual({
      kind: 'fail',
      error: "Blocked by hook 'hook-0': not today",
      isRetryable: false,
    });
    expect((await make(answer, untouched).beforeTask(task, alive())).action).toEqual({
      kind: 'answer',
      hook: 'hook-0',
      result: [1, 2],
    });
    expect((await make(demo('first'), demo('second')).beforeTask(task, alive())).action).toEqual({
      kind: 'demo',
      reason: 'first',
    });
    expect((await make(demo('first'), block).beforeTask(task, alive())).action.kind).toBe('fail');
  });

  it('is asked only for the executors it names, and for models where it says so', async () => {
    const runner = make(
      { executors: ['llm_executor'], beforeTask: () => null },
      { onlyLlm: true, afterTask: () => null },
    );
    expect(runner.hasFor('beforeTask', task.executor)).toBe(false);
    expect(runner.hasFor('beforeTask', null)).toBe(false);
    expect(runner.hasFor('beforeTask', { id: 'llm_executor', usesLlm: true })).toBe(true);
    expect(runner.hasFor('afterTask', task.executor)).toBe(false);
    expect(runner.hasFor('afterTask', { id: 'other', usesLlm: true })).toBe(true);
  });
});

describe('a hook that fails', () => {
  const throws = () => Promise.reject(new Error('out of order'));
  const cyclic: JsonObject = {};
  cyclic['self'] = cyclic;

  it.each([
    [
      'throws at once',
      () => {
        throw new Error('out of order');
      },
      /failed at beforeTask: out of order/,
      'error',
    ],
    ['throws later', throws, /out of order/, 'error'],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      /threw without a message/,
      'error',
    ],
    ['hangs', never, /longer than its limit of 20 ms/, 'timeout'],
    ['answers a word', () => lie('yes'), /its answer is neither nothing nor/, 'invalid'],
    ['answers an unknown action', () => lie({ action: 'delete' }), /its answer is neither/, 'invalid'],
    [
      'answers more than it may',
      () => lie({ action: 'block', reason: 'x', status: 'completed' }),
      /its answer is neither/,
      'invalid',
    ],
    [
      'answers inputs that are none',
      () => lie({ action: 'inputs', inputs: [1] }),
      /its answer is neither/,
      'invalid',
    ],
    ['answers what is no JSON', () => lie({ action: 'inputs', inputs: cyclic }), /no JSON/, 'invalid'],
    [
      'has a trap in its answer',
      () =>
        lie({
          get action() {
            throw new Error('trap');
          },
        }),
      /trap/,
      'error',
    ],
    [
      'writes to the inputs',
      ({ inputs }: { inputs: JsonObject }) => {
        inputs['url'] = 'http://evil';
      },
      /read only property 'url'/,
      'error',
    ],
    [
      'writes deep',
      ({ inputs }: { inputs: JsonObject }) => {
        (inputs['list'] as JsonObject[])[1] = {};
      },
      /read only property/,
      'error',
    ],
    [
      'writes to the run',
      ({ run }: { run: { options: JsonObject } }) => {
        run.options['llmDemo'] = {};
      },
      /not extensible/,
      'error',
    ],
  ])('%s: open goes on and is logged, closed fails the task', async (_, beforeTask, text, kind) => {
    const hook = { beforeTask: beforeTask as HookDefinition['beforeTask'] & object, timeoutMs: 20 };
    const open = make(hook, { beforeTask: () => ({ action: 'inputs', inputs: { next: true } }) });
    expect(await open.beforeTask(task, alive())).toEqual({ inputs: { next: true }, action: { kind: 'run' } });
    expect(open.logged).toEqual([
      expect.objectContaining({ hook: 'hook-0', point: 'beforeTask', run_id: 'run-1', task_id: 'root' }),
    ]);
    expect(open.measured[0]).toBe(`hook-0 beforeTask ${kind}`);
    const closed = await make({ ...hook, onFailure: 'closed' }).beforeTask(task, alive());
    expect(closed.action).toMatchObject({ kind: 'fail', isRetryable: false });
    expect(closed.action).toHaveProperty('error', expect.stringMatching(text));
    expect(task.inputs).toEqual({ url: 'http://a', list: [1, { deep: true }] });
    expect(task.run?.options).toEqual({ nested: { value: 1 } });
  });

  it('may say that trying again makes sense', async () => {
    const error = new AppError('unavailable', 'the policy service is away');
    const { action } = await make({
      beforeTask: () => Promise.reject(error),
      onFailure: 'closed',
    }).beforeTask(task, alive());
    expect(action).toMatchObject({ kind: 'fail', isRetryable: true });
  });

  it('hears when its time is over, and when the task is cancelled', async () => {
    const heard: string[] = [];
    const listen =
      (name: string) =>
      ({ signal }: { signal: AbortSignal }) => {
        signal.addEventListener('abort', () => heard.push(name));
        return never();
      };
    await make({ beforeTask: listen('late'), timeoutMs: 5 }).beforeTask(task, alive());
    const cancel = new AbortController();
    const runner = make({ beforeTask: listen('cancelled'), onFailure: 'closed' });
    const decided = runner.beforeTask(task, cancel.signal);
    cancel.abort();
    expect(await decided).toEqual(GO);
    expect(heard).toEqual(['late', 'cancelled']);
    expect(runner.logged).toEqual([]);
  });
});

describe('afterTask', () => {
  it('annotates and changes nothing', async () => {
    const runner = make(
      { afterTask: ({ outcome: { status } }) => ({ annotations: { status } }) },
      {
        afterTask: ({ outcome: { result } }) => {
          (result as JsonObject)['value'] = 2;
          return null;
        },
      },
      { afterTask: () => lie({ annotations: {}, result: 'mine' }) },
      { afterTask: () => ({ annotations: { text: 'x'.repeat(5_000) } }) },
    );
    expect(await runner.afterTask(task, outcome, alive())).toEqual({
      annotations: { 'hook-0': { status: 'completed' } },
      failure: null,
    });
    expect(outcome.result).toEqual({ value: [1] });
    expect(runner.measured.map((line) => line.split(' ').at(-1))).toEqual([
      'ok',
      'error',
      'invalid',
      'invalid',
    ]);
  });

  it('fails the task only where it must not fail', async () => {
    const late = { afterTask: never, timeoutMs: 5 };
    expect((await make(late).afterTask(task, outcome, alive())).failure).toBeNull();
    expect((await make({ ...late, onFailure: 'closed' }).afterTask(task, outcome, alive())).failure).toEqual({
      error: "Hook 'hook-0' failed at afterTask: it took longer than its limit of 5 ms",
      isRetryable: false,
    });
  });
});

describe('tree points', () => {
  const tree = {
    treeId: 'root',
    userId: 'user-1',
    taskCount: 2,
    run: task.run,
    tasks: [],
    error: 'it broke',
    demoTasks: 1,
  };

  it('are called in order, whatever the others do', async () => {
    const seen: unknown[] = [];
    const runner = make(
      { onTreeFailed: () => Promise.reject(new Error('no')) },
      { onTreeFailed: never, timeoutMs: 5 },
      { onTreeFailed: ({ error, demoTasks, run }) => void seen.push(error, demoTasks, run?.id) },
      { onTreeCompleted: () => void seen.push('never') },
    );
    expect([runner.has('onTreeFailed'), runner.has('onTreeCancelled')]).toEqual([true, false]);
    await runner.tree('onTreeFailed', () => tree);
    expect(seen).toEqual(['it broke', 1, 'run-1']);
    expect(runner.measured).toHaveLength(3);
  });

  it('that cannot be told are logged', async () => {
    const runner = make({ onTreeFailed: () => undefined });
    await runner.tree('onTreeFailed', () => Promise.reject(new Error('the store is away')));
    expect(runner.logged).toHaveLength(1);
  });
});
