/**
 * The order of hooks, all of it: first those of the folder `hooks/` by file name, then our own. What changes inputs thus
 * comes before what judges them, and nobody can undo what demo mode decides.
 */
import type { HookDefinition } from '../core/hook.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import { demoMode, type FreeTreeLimits } from './demo-mode.ts';
import { safetyHook, type TaskPolicy } from './safety.ts';

export interface OwnHookOptions {
  readonly limits: FreeTreeLimits;
  readonly safety: SafetyServices;
  readonly safetyTasks: TaskPolicy;
}

/** `own`: the operator's hooks that are on, in the order of their files. */
export function orderedHooks(
  own: readonly HookDefinition[],
  { limits, safety, safetyTasks }: OwnHookOptions,
): readonly HookDefinition[] {
  const checked = safetyHook(safety, safetyTasks);
  return [...own, ...(checked === null ? [] : [checked]), demoMode(limits)];
}
