import { describe, expect, test } from 'vitest';
import transform from '../../executors/transform-executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { makeContext } from './make-context.ts';

const run = (input: JsonObject) => transform.run(makeContext(transform, input) as never);

describe('transform_executor at its limits', () => {
  test('a catastrophic regular expression is stopped, twice at once, and others then run', async () => {
    const expression = '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /(a+)+$/)';
    const slow = Promise.allSettled([1, 2].map(() => run({ expression, timeout_ms: 200 })));
    const queued = run({ expression: 'n + 1', n: 1 });
    for (const outcome of await slow) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'task_failed',
          retryable: false,
          message: expect.stringContaining('ran longer than 200 ms and was stopped'),
        },
      });
    }
    expect(await queued).toEqual({ result: 2 });
  });

  test('a task id is a name like any other, and null is data', async () => {
    expect(await run({ expression: '`my-task`.n', 'my-task': { n: 3 }, timeout_ms: 500 })).toEqual({
      result: 3,
    });
    expect(await run({ expression: '$', data: null, other: 1 })).toEqual({ result: null });
    expect(await run({ expression: '$', other: 1 })).toEqual({ result: { other: 1 } });
  });

  test.each([
    { expression: '' },
    { expression: 'x'.repeat(20_001) },
    { expression: '1', timeout_ms: 5_001 },
    { expression: '1', timeout_ms: 0 },
  ])('refuses input out of bounds (%#)', (input) => {
    expect(transform.input.safeParse(input).success).toBe(false);
  });
});
