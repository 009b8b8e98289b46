/** What one attempt of a task has used, from its outcome and the clock. */
import type { JsonObject } from '../core/json.ts';
import type { TaskOutcome } from '../core/run.ts';
import { type AttemptUsage, modelUsage, type UsageOutcome } from '../core/usage.ts';

/**
 * `executor`: the registry's id, never a client's text; null = it has none. `spent`: by this attempt, where others had a
 * part in the outcome's `token_usage`.
 */
export function attemptUsage(
  ended: TaskOutcome,
  executor: string | null,
  { startedMs, endedMs }: { startedMs: number; endedMs: number },
  spent: JsonObject | null = ended.tokenUsage,
): AttemptUsage {
  return {
    taskId: ended.taskId,
    generation: ended.generation,
    attempt: ended.attempts,
    executor,
    ...modelUsage(spent),
    isDemo: ended.demo?.active === true,
    outcome: ended.status as UsageOutcome,
    endedAtMs: endedMs,
    durationMs: Math.max(0, endedMs - startedMs),
  };
}
