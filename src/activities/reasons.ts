/** Sentences for tasks that ended without running: why they were skipped, failed or cancelled. */
import type { Plan } from '../core/plan.ts';
import { STATE } from '../core/plan.ts';
import type { RunState } from '../core/run-state.ts';

const WORDS: Partial<Record<string, string>> = { f: 'failed', x: 'was cancelled', s: 'was skipped' };

/** Why the task at `index` did not run, from the state of what it needs. */
export function reasonFor(
  plan: Plan,
  state: RunState,
  index: number,
  shown: (taskId: string) => string,
): string | null {
  const own = state.stateOf(index);
  if (own === STATE.cancelled) return 'Cancelled';
  const cause =
    own === STATE.failed && index === 0 ? state.failureCause() : unmetDependency(plan, state, index);
  if (cause < 0 || cause === index) return null;
  const what = `required task ${shown(plan.tasks[cause]?.id ?? String(cause))} ${WORDS[state.stateOf(cause)] ?? 'did not complete'}`;
  return own === STATE.skipped ? `Skipped: ${what}` : `Task tree execution failed: ${what}`;
}

function unmetDependency(plan: Plan, state: RunState, index: number): number {
  const found = plan.tasks[index]?.deps.find(([dependency, required]) => {
    return required === 1 && WORDS[state.stateOf(dependency)] !== undefined;
  });
  return found?.[0] ?? -1;
}
