/** What one attempt of a task has used, from its outcome and the clock. */
import type { TaskOutcome } from '../core/run.ts';
import { type AttemptUsage, modelUsage, type UsageOutcome } from '../core/usage.ts';

/** `executor`: the registry's id, never a client's text; null = it has none. */
export function attemptUsage(
  ended: TaskOutcome,
  executor: string | null,
  { startedMs, endedMs }: { startedMs: number; endedMs: number },
): AttemptUsage {
  return {
    taskId: ended.taskId,
    generation: ended.generation,
    attempt: ended.attempts,
    executor,
    ...modelUsage(ended.tokenUsage),
    isDemo: ended.demo?.active === true,
    outcome: ended.status as UsageOutcome,
    endedAtMs: endedMs,
    durationMs: Math.max(0, endedMs - startedMs),
  };
}
