/** Deciding and repeating, without an engine. */
import { describe, expect, it } from 'vitest';
import { compare, OPERATORS } from '../../executors/_compare.ts';
import condition from '../../executors/condition-executor.ts';
import loop from '../../executors/loop-executor.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { makeContext, SkippedInTest } from './make-context.ts';

const decide = (input: JsonObject, overrides: Partial<ExecutorContext<unknown>> = {}) =>
  condition.run(makeContext(condition, input, overrides) as never);

describe('condition_executor', () => {
  it.each<[string, JsonValue, boolean]>([
    ['score > 0.8', { score: 0.9 }, true],
    ['score > 0.8', { score: 0.8 }, false],
    ['items', { items: [] }, false],
    ['items', { items: [0, 1] }, true],
    ['missing', {}, false],
    ['name', { name: '' }, false],
  ])('%s over %j is %s', async (expression, data, matched) => {
    expect(await decide({ expression, data })).toMatchObject({ matched, branch: String(matched) });
  });

  it('sees other inputs and dependency results by their names', async () => {
    const dependencies = new Map<string, JsonValue>([['check', { score: 3 }]]);
    expect(await decide({ expression: 'limit < 2', limit: 1 })).toMatchObject({ matched: true });
    const compared = { operator: 'greater', value: '{{check.score}}', other: '{{limit}}', limit: 2 };
    expect(await decide(compared, { dependencies })).toEqual({ matched: true, branch: 'true', value: 3 });
    expect(await decide({ expression: '$dependencies.check.score = 3' }, { dependencies })).toMatchObject({
      matched: true,
    });
  });

  it('skips or fails where it is told to', async () => {
    const no = { operator: 'equals', value: 1, other: 2 };
    await expect(decide({ ...no, if_false: 'skip' })).rejects.toBeInstanceOf(SkippedInTest);
    await expect(decide({ ...no, if_false: 'fail' })).rejects.toMatchObject({ code: 'task_failed' });
    expect(await decide({ ...no, if_true: 'skip' })).toMatchObject({ matched: false });
  });

  it('wants one of the two ways to decide', () => {
    for (const given of [{}, { expression: '1', operator: 'equals' }])
      expect(condition.input.safeParse(given).success).toBe(false);
  });

  it('compares no values of different kinds, and every operator answers', () => {
    expect(compare('greater', '10', 9)).toBe(false);
    expect(compare('less_or_equal', '10', 9)).toBe(false);
    expect(compare('equals', { a: [1] }, { a: [1] })).toBe(true);
    expect(compare('contains', 'abc', 'b')).toBe(true);
    expect(compare('in', 2, [1, 2])).toBe(true);
    expect(compare('is_empty', [], null)).toBe(true);
    for (const operator of OPERATORS) expect(typeof compare(operator, null, null)).toBe('boolean');
  });
});

describe('loop_executor', () => {
  /** An inner executor that adds one to what it is given. */
  const counting = (asked: JsonObject[]) => async (_id: string, input: JsonObject) => {
    asked.push(input);
    return { count: Number((input['last'] as JsonObject | null)?.['count'] ?? 0) + 1 };
  };
  const repeat = (input: JsonObject, asked: JsonObject[] = []) =>
    loop.run(
      makeContext(
        loop,
        { executor: 'x_executor', inputs: { last: '{{last}}', index: '{{index}}' }, ...input },
        { runExecutor: counting(asked) },
      ) as never,
    );

  it('ends when the expression holds, with what each call gave', async () => {
    const asked: JsonObject[] = [];
    const results = [{ count: 1 }, { count: 2 }, { count: 3 }];
    expect(await repeat({ until: 'last.count >= 3' }, asked)).toEqual({
      satisfied: true,
      iterations: 3,
      last: { count: 3 },
      results,
    });
    expect(asked.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('ends at its limit, as a result or a failure', async () => {
    expect(await repeat({ until: 'false', max_iterations: 4 })).toMatchObject({
      satisfied: false,
      iterations: 4,
    });
    expect(await repeat({ max_iterations: 2 })).toMatchObject({ satisfied: true, iterations: 2 });
    await expect(repeat({ until: 'false', max_iterations: 2, fail_at_limit: true })).rejects.toThrow(
      /after 2 calls/,
    );
  });
});
