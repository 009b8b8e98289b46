import { expect, test } from 'vitest';
import map from '../../executors/map-executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { makeContext } from './make-context.ts';

const items = (count: number) => Array.from({ length: count }, (_, index) => index);

function contextOf(input: JsonObject, runExecutor: () => Promise<null> = async () => null) {
  return makeContext(map, { executor: 'x_executor', ...input }, { runExecutor });
}

test('reports progress at most every 5 %, rising, and always the end', async () => {
  for (const count of [1, 7, 20, 1_000]) {
    const context = contextOf({ items: items(count) });
    await map.run(context as never);
    const steps = context.emitted.map(({ progress }) => progress);
    expect(steps.length).toBeLessThanOrEqual(Math.min(count, 20));
    expect(steps).toEqual([...steps].sort((left, right) => left - right));
    expect(steps.at(-1)).toBe(1);
  }
});

test('five calls at a time unless asked otherwise, fifty at most', async () => {
  let running = 0;
  let highest = 0;
  const context = contextOf({ items: items(30) }, async () => {
    highest = Math.max(highest, ++running);
    await new Promise(setImmediate);
    running -= 1;
    return null;
  });
  await map.run(context as never);
  expect(highest).toBe(5);
  expect(map.input.safeParse({ items: [], executor: 'x_executor', concurrency: 51 }).success).toBe(false);
});
