/** What an attempt has used that was cancelled before it could tell: its steps know. */
import type { JsonObject } from '../core/json.ts';
import type { AdvanceInput } from '../core/run-protocol.ts';
import { spentInSteps } from '../core/step-usage.ts';
import type { AttemptUsage } from '../core/usage.ts';
import { attemptUsage } from './attempt-usage.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { outcome } from './outcomes.ts';
import type { RunEntry } from './run-memory.ts';

/** Tokens of the steps that `attempt` has ended; null = none, or the executor has no steps. */
export async function spentByAttempt(
  deps: ActivityDependencies,
  entry: RunEntry,
  task: { readonly index: number; readonly generation: number; readonly attempt: number },
): Promise<JsonObject | null> {
  const planned = entry.context.plan.tasks[task.index];
  if (planned === undefined || !hasSteps(deps, planned.executor)) return null;
  const all = await deps.store.runs.steps(entry.context.run.run_id, [planned.id]);
  return spentInSteps(
    all.filter(({ generation }) => generation === task.generation),
    task.attempt,
  );
}

/** Of tasks that waited for a person when they were cancelled: no attempt of theirs was under way. */
export async function usageOfCancelledWaits(
  deps: ActivityDependencies,
  entry: RunEntry,
  { changes, generations, runId }: Pick<AdvanceInput, 'changes' | 'generations' | 'runId'>,
): Promise<AttemptUsage[]> {
  const used: AttemptUsage[] = [];
  for (const { index, state } of changes) {
    const planned = entry.context.plan.tasks[index];
    if (state !== 'x' || planned === undefined || !hasSteps(deps, planned.executor)) continue;
    const [row] = await deps.store.runs.outcomes(runId, [planned.id]);
    const generation = generations[index] ?? 0;
    if (row === undefined || row.wait === null || row.generation !== generation) continue;
    const attempt = row.attempts + 1;
    const spent = await spentByAttempt(deps, entry, { index, generation, attempt });
    const ended = outcome(planned.id, generation, 'cancelled', { attempts: attempt });
    const endedMs = deps.now();
    const startedMs = row.startedAt === null ? endedMs : Date.parse(row.startedAt);
    used.push(attemptUsage(ended, planned.executor, { startedMs, endedMs }, spent));
  }
  return used;
}

function hasSteps({ registry }: ActivityDependencies, executor: string): boolean {
  return registry.find(executor)?.hasSteps === true;
}
