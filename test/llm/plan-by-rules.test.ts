/** The rule planner against its twenty requirements: the share that docs/models.md states is the share it solves. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { executorIdOf, type TaskRecord } from '../../src/core/task.ts';
import { checkPlan } from '../../src/llm/generate-tree/check-plan.ts';
import { planByRules } from '../../src/llm/generate-tree/plan-by-rules.ts';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { testSettings } from '../executors/make-context.ts';
import { REQUIREMENTS, type RequirementCase } from './data/requirements.ts';

const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const registry = await loadRegistry({ directory, settings: testSettings });
const owner = { userId: 'user-a', now: '2026-11-21T00:00:00.000000+00:00' };

/** What a plan lacks; [] = it is useful as it stands. */
function faults({ requirement, steps }: RequirementCase): string[] {
  const { tasks, problems } = checkPlan(planByRules(requirement, registry), registry, owner);
  if (problems.length > 0) return [...problems];
  const [root] = tasks;
  const isGathering = root !== undefined && executorIdOf(root) === 'aggregate_results_executor';
  const work = isGathering ? tasks.slice(1) : [...tasks];
  const found: TaskRecord[] = [];
  const missing: string[] = [];
  for (const { executor, inputs = {}, after = [] } of steps) {
    const task = work.find((each) => {
      if (found.includes(each) || executorIdOf(each) !== executor) return false;
      return fits(each, inputs) && after.every((place) => each.dependencies.includes(found[place]?.id ?? ''));
    });
    if (task === undefined) missing.push(`no ${executor} ${JSON.stringify(inputs)} after [${after}]`);
    else found.push(task);
  }
  const extra = work.filter((task) => !found.includes(task)).map(({ name }) => `not asked for: ${name}`);
  return [...missing, ...extra];
}

function fits(task: TaskRecord, inputs: Readonly<Record<string, unknown>>): boolean {
  try {
    expect(task.inputs).toMatchObject(inputs);
    return true;
  } catch {
    return false;
  }
}

describe('twenty requirements', () => {
  it('are solved as often as the documentation says', async () => {
    const unsolved = REQUIREMENTS.map((each) => [each.requirement, ...faults(each)]).filter(
      ({ length }) => length > 1,
    );
    const documentation = await readFile(new URL('../../docs/models.md', import.meta.url), 'utf8');
    const stated = Number(/solves (\d+) of its 20 test requirements/.exec(documentation)?.[1]);
    expect(REQUIREMENTS).toHaveLength(20);
    expect(REQUIREMENTS.length - unsolved.length, JSON.stringify(unsolved, null, 1)).toBe(stated);
  });
});
