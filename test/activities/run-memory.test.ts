/** What a process that takes over a run believes it has asked of models already. */
import { expect, it } from 'vitest';
import { outcome } from '../../src/activities/outcomes.ts';
import { RunMemory } from '../../src/activities/run-memory.ts';
import type { PlanTask } from '../../src/core/plan.ts';
import type { Run } from '../../src/core/run.ts';
import type { RunContext } from '../../src/ports/store.ts';

const planned = (id: string): PlanTask => ({
  id,
  executor: 'llm_executor',
  placement: 'activity',
  priority: 1,
  parent: -1,
  deps: [],
});
const used = (total: number) => ({ prompt_tokens: 1, completion_tokens: total - 1, total_tokens: total });
const run = { run_id: 'run-1' } as Run;
// The second task kept its result from an earlier run.
const context: RunContext = {
  run,
  plan: { tasks: ['a', 'b', 'c', 'd'].map(planned), state: 'pcpp' },
  options: {},
};
const outcomes = [
  outcome('a', 0, 'completed', { tokenUsage: used(100) }),
  outcome('b', 0, 'completed', { tokenUsage: used(1_000) }),
  outcome('c', 0, 'in_progress', { tokenUsage: used(10) }),
  outcome('d', 0, 'completed'),
];
const unasked = async () => {
  throw new Error('not asked for here');
};
const memory = () =>
  new RunMemory({
    kind: 'duckdb',
    tasks: { get: unasked, getMany: unasked },
    runs: { context: async () => context, outcomes: async () => outcomes, steps: unasked, commit: unasked },
    events: { publish: () => undefined },
  });

it('counts tokens of the rows, one call a task, and nothing of earlier runs', async () => {
  const { llm } = await memory().get('run-1');
  expect({ ...llm }).toEqual({ calls: 2, tokens: 110 });
});

it('begins at nothing with a run that was accepted here', async () => {
  const own = memory();
  own.prime(context, [], outcomes);
  expect({ ...(await own.get('run-1')).llm }).toEqual({ calls: 0, tokens: 0 });
});
