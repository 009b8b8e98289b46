/** Which budgets hold for the models of one task: its own, its tree's, its user's. */
import type { Budget } from '../core/llm/budget.ts';
import { runLlmKeys } from '../core/llm/run-keys.ts';
import { userPlanOf } from '../core/usage.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { ResolvedTask } from './resolve-task.ts';
import type { RunEntry } from './run-memory.ts';

export async function llmBudgets(
  deps: Pick<ActivityDependencies, 'memory' | 'llmBudgets'>,
  entry: RunEntry,
  task: ResolvedTask,
): Promise<readonly Budget[]> {
  const { run, options } = entry.context;
  const { id, policy } = task.definition;
  const root = await deps.memory.definition(entry, run.root_task_id);
  // Who pays with keys of their own, or runs the server, has the limits they set themselves.
  const hasOwnLimitsOnly = runLlmKeys(options).isPremium || userPlanOf(options) === 'internal';
  const ofUser = hasOwnLimitsOnly ? null : await deps.llmBudgets.ofUser(run.user_id);
  const ofTree = hasOwnLimitsOnly ? { maxTokens: null, maxCostNanoUsd: null } : deps.llmBudgets.tree;
  return [
    {
      scope: 'task',
      maxTokens: policy?.max_tokens_total ?? null,
      maxCostNanoUsd: policy?.max_cost_nano_usd ?? null,
      spend: entry.llm.ofTask(id),
    },
    {
      scope: 'tree',
      maxTokens: lower(ofTree.maxTokens, root.policy?.tree_max_tokens_total),
      maxCostNanoUsd: lower(ofTree.maxCostNanoUsd, root.policy?.tree_max_cost_nano_usd),
      spend: entry.llm.tree,
    },
    ...(ofUser === null ? [] : [ofUser]),
  ];
}

function lower(left: number | null, right: number | undefined): number | null {
  if (left === null || right === undefined) return left ?? right ?? null;
  return Math.min(left, right);
}
