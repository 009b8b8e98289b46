/** Results of dependencies are injected as further inputs, under task ids: no executor here may refuse or lose them. */
import { expect, test } from 'vitest';
import approval from '../../executors/approval-executor.ts';
import command from '../../executors/command-executor.ts';
import map from '../../executors/map-executor.ts';
import transform from '../../executors/transform-executor.ts';
import wait from '../../executors/wait-executor.ts';

test.each([transform, map, command, wait, approval])('$id keeps injected results', (executor) => {
  const input = { ...executor.demoInput, 'a-task': { n: 1 } };
  expect(executor.input.parse(input)).toMatchObject({ 'a-task': { n: 1 } });
});
