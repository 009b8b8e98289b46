import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import aggregate from '../../executors/aggregate-results-executor.ts';
import approval from '../../executors/approval-executor.ts';
import map from '../../executors/map-executor.ts';
import systemInfo from '../../executors/system-info-executor.ts';
import transform from '../../executors/transform-executor.ts';
import wait from '../../executors/wait-executor.ts';
import { AppError } from '../../src/core/errors.ts';
import type { AnyExecutor, ExecutorContext, WaitDecision } from '../../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { makeContext } from './make-context.ts';

const run = (executor: AnyExecutor, input: JsonObject, overrides: Partial<ExecutorContext<unknown>> = {}) =>
  executor.run(makeContext(executor, input, overrides));
const at = '2026-11-21T08:00:00.000000+00:00';
const decided = (kind: WaitDecision['kind'], comment: string | null = null): WaitDecision => ({
  kind,
  by: kind === 'elapsed' ? null : 'ada',
  comment,
  at,
});

describe('system_info_executor', () => {
  test('gives the shapes clients know', async () => {
    const all = await run(systemInfo, {});
    expect(Object.keys(all)).toEqual(['cpu', 'memory', 'disk']);
    expect(Object.keys(all.cpu)).toEqual(['system', 'cores', 'brand']);
    expect(all.memory.total).toMatch(/^\d+(\.\d)?[KMGT]i$/);
    expect(Object.keys(all.disk)).toEqual(['total', 'used', 'available', 'used_percent', 'system']);
    expect(all.disk.used_percent).toMatch(/^\d+%$/);
    expect(await run(systemInfo, { resource: 'cpu' })).toEqual(all.cpu);
  });
});

describe('aggregate_results_executor', () => {
  const of = (entries: [string, JsonValue][], input: JsonObject = {}) =>
    run(aggregate, input, { dependencies: new Map(entries) });

  test('names up to three tasks, unwraps results, stamps in UTC without a zone', async () => {
    const two = await of([
      ['a', { cores: 2 }],
      ['b', { result: [1] }],
    ]);
    expect(two).toMatchObject({
      summary: 'Aggregated 2 task results. from: a, b',
      results: { a: { cores: 2 }, b: [1] },
      result_count: 2,
    });
    expect(two.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    expect((await of([['x', 1]])).summary).toBe('Aggregated 1 task result. from: x');
    expect((await of('abcd'.split('').map((id) => [id, 1]))).summary).toBe('Aggregated 4 task results');
    expect((await of([])).summary).toBe('No task results to aggregate');
  });

  test('without dependencies gathers its inputs', async () => {
    expect(await of([], { x: 1, dependencies: ['x'], 'a.b': 2, _marker: 3 })).toMatchObject({
      results: { x: 1 },
    });
  });
});

describe('transform_executor', () => {
  test('sees data, or all inputs, and bindings', async () => {
    expect(await run(transform, transform.demoInput)).toEqual({ result: 40 });
    expect(await run(transform, { expression: 'cpu.cores * factor', cpu: { cores: 4 }, factor: 2 })).toEqual({
      result: 8,
    });
    const dependencies = new Map([['my-task', { n: 3 }]]);
    expect(await run(transform, { expression: '$dependencies."my-task".n' }, { dependencies })).toEqual({
      result: 3,
    });
    expect(await run(transform, { expression: 'nothing.here', data: {} })).toEqual({ result: null });
    expect(await run(transform, { expression: '$map([1,2], function($v){$v*2})' })).toEqual({
      result: [2, 4],
    });
  });

  test('says what is wrong with an expression, for good', async () => {
    await expect(run(transform, { expression: '1 +' })).rejects.toMatchObject({
      code: 'task_failed',
      retryable: false,
      message: expect.stringContaining('The expression failed'),
    });
  });

  test.each([
    ['a catastrophic regular expression', '$match(text, /^(a+)+$/)', { text: `${'a'.repeat(40)}!` }],
    ['an endless recursion', '($f := function($n){ $f($n + 1) }; $f(0))', {}],
  ])('kills %s and goes on with the next', async (_, expression, data) => {
    const started = Date.now();
    await expect(run(transform, { expression, data, timeout_ms: 300 })).rejects.toMatchObject({
      code: 'task_failed',
      message: 'The expression ran longer than 300 ms and was stopped. Make it simpler',
    });
    expect(Date.now() - started).toBeLessThan(2_000);
    expect(await run(transform, { expression: '1 + 1' })).toEqual({ result: 2 });
  });

  test('a memory bomb breaks its thread only', async () => {
    const expression = '($f := function($s){ $f($s & $s & "x") }; $f("xxxxxxxxxxxxxxxx"))';
    await expect(run(transform, { expression, timeout_ms: 5_000 })).rejects.toMatchObject({
      code: 'task_failed',
    });
    expect(await run(transform, { expression: '1 + 1' })).toEqual({ result: 2 });
  });

  test('the loop stays free and an abort ends it', async () => {
    const abort = new AbortController();
    const work = run(
      transform,
      { expression: '$match(text, /^(a+)+$/)', data: { text: `${'a'.repeat(40)}!` }, timeout_ms: 5_000 },
      { signal: abort.signal },
    );
    const started = Date.now();
    await sleep(50);
    expect(Date.now() - started).toBeLessThan(500);
    abort.abort();
    await expect(work).rejects.toMatchObject({ code: 'task_cancelled' });
    expect(Date.now() - started).toBeLessThan(1_500);
  });

  test('more jobs than threads all come to their end; one expression leaves nothing to the next', async () => {
    const jobs = Array.from({ length: 50 }, (_, index) => run(transform, { expression: 'n * 2', n: index }));
    expect(await Promise.all(jobs)).toEqual(
      Array.from({ length: 50 }, (_, index) => ({ result: index * 2 })),
    );
    await run(transform, { expression: '($leak := 42; $leak)' });
    expect(await run(transform, { expression: '$leak' })).toEqual({ result: null });
  });
});

describe('map_executor', () => {
  const echo = async (_id: string, input: JsonObject) => input;

  test('keeps order under concurrency and fills templates', async () => {
    const result = await run(
      map,
      {
        items: [
          { id: 1, n: 'a' },
          { id: 2, n: 'b' },
        ],
        executor: 'echo_executor',
        inputs: { url: 'http://x/{{item.id}}?i={{index}}', whole: '{{item}}', other: '{{unknown}}' },
      },
      {
        runExecutor: async (id, input) => {
          await sleep(input['url'] === 'http://x/1?i=0' ? 30 : 1);
          return echo(id, input);
        },
      },
    );
    expect(result).toEqual({
      results: [
        { url: 'http://x/1?i=0', whole: { id: 1, n: 'a' }, other: '{{unknown}}' },
        { url: 'http://x/2?i=1', whole: { id: 2, n: 'b' }, other: '{{unknown}}' },
      ],
      errors: [],
      count: 2,
    });
  });

  test('places entries by item_key, by merging, or as item', async () => {
    const of = async (input: JsonObject) =>
      (await run(map, { executor: 'echo_executor', ...input }, { runExecutor: echo })).results;
    expect(await of({ items: [1], item_key: 'data' })).toEqual([{ data: 1 }]);
    expect(await of({ items: [{ a: 1 }], inputs: { b: 2 } })).toEqual([{ a: 1, b: 2 }]);
    expect(await of({ items: ['x'] })).toEqual([{ item: 'x' }]);
    expect(await of({ items: [] })).toEqual([]);
  });

  test('collects failures, or stops at the first', async () => {
    const runExecutor = async (_id: string, { item }: JsonObject) => {
      if (item === 2) throw new AppError('task_failed', 'two is bad');
      return item as JsonValue;
    };
    const input = { items: [1, 2, 3], executor: 'echo_executor' };
    expect(await run(map, input, { runExecutor })).toEqual({
      results: [1, null, 3],
      errors: [{ index: 1, error: 'two is bad' }],
      count: 3,
    });
    await expect(run(map, { ...input, fail_fast: true }, { runExecutor })).rejects.toMatchObject({
      message: 'Entry 1 failed: two is bad',
    });
    await expect(run(map, { ...input, executor: 'map_executor' })).rejects.toMatchObject({
      code: 'task_failed',
    });
    expect(map.input.safeParse({ ...input, items: Array.from({ length: 10_001 }, () => 1) }).success).toBe(
      false,
    );
  });

  test('never runs more at once than asked, and starts no more after an abort', async () => {
    const abort = new AbortController();
    let running = 0;
    let highest = 0;
    let calls = 0;
    const runExecutor = async () => {
      running += 1;
      calls += 1;
      highest = Math.max(highest, running);
      if (calls === 20) abort.abort();
      await sleep(2);
      running -= 1;
      return null;
    };
    const items = Array.from({ length: 100 }, (_, index) => index);
    const context = { runExecutor, signal: abort.signal };
    await expect(run(map, { items, executor: 'x_executor', concurrency: 4 }, context)).rejects.toMatchObject({
      code: 'task_cancelled',
    });
    expect(highest).toBe(4);
    expect(calls).toBeLessThan(25);
  });
});

describe('wait_executor', () => {
  test('reckons its end from now or from the moment given', () => {
    const until = (input: JsonObject) => wait.wait?.({ input: wait.input.parse(input), nowMs: 1_000 });
    expect(until({ seconds: 2 })).toEqual({ kind: 'timer', untilMs: 3_000 });
    expect(until({ until: '1970-01-01T00:00:05+00:00' })).toEqual({ kind: 'timer', untilMs: 5_000 });
    expect(until({ until: '1960-01-01T00:00:00Z' })).toEqual({ kind: 'timer', untilMs: 1_000 });
  });

  test.each([
    {},
    { seconds: 1, until: '2030-01-01T00:00:00Z' },
    { seconds: -1 },
    { seconds: 31 * 86_400 },
    { until: 'tomorrow' },
    { until: '2030-01-01T00:00:00' },
    { until: '2099-01-01T00:00:00Z' },
  ])('refuses %j', (input) => {
    expect(wait.input.safeParse(input).success).toBe(false);
  });

  test('tells when it woke, and cannot be called by another executor', async () => {
    expect(await run(wait, { seconds: 1 }, { decision: decided('elapsed') })).toEqual({
      waited_until: at,
      seconds: 1,
      until: null,
    });
    await expect(run(wait, { seconds: 1 })).rejects.toMatchObject({ code: 'task_failed' });
  });
});

describe('approval_executor', () => {
  const decide = (input: JsonObject, decision: WaitDecision) =>
    run(approval, { prompt: 'Go on?', ...input }, { decision });

  test('waits for ever or until its limit', () => {
    const until = (input: JsonObject) =>
      approval.wait?.({ input: approval.input.parse({ prompt: 'x', ...input }), nowMs: 1_000 });
    expect(until({})).toEqual({ kind: 'approval', untilMs: null });
    expect(until({ timeout_seconds: 5 })).toEqual({ kind: 'approval', untilMs: 6_000 });
  });

  test('approved and rejected', async () => {
    expect(await decide({}, decided('approved', 'fine'))).toEqual({
      approved: true,
      decided_by: 'ada',
      comment: 'fine',
      decided_at: at,
      timed_out: false,
    });
    await expect(decide({}, decided('rejected', 'too dear'))).rejects.toMatchObject({
      code: 'task_failed',
      retryable: false,
      message: 'Rejected by ada: too dear',
    });
    expect(await decide({ fail_on_reject: false }, decided('rejected'))).toMatchObject({ approved: false });
  });

  test('the time limit decides as asked', async () => {
    const late = decided('elapsed');
    expect(await decide({ on_timeout: 'approve', timeout_seconds: 5 }, late)).toMatchObject({
      approved: true,
      timed_out: true,
      decided_by: null,
    });
    expect(await decide({ on_timeout: 'reject', fail_on_reject: false }, late)).toMatchObject({
      approved: false,
      timed_out: true,
    });
    await expect(decide({ on_timeout: 'reject' }, late)).rejects.toThrow('nobody decided in time');
    await expect(decide({ timeout_seconds: 5 }, late)).rejects.toThrow('within 5 seconds');
  });
});
