/**
 * The order of hooks, all of it: first those of the folder `hooks/` by file name, then our own. What changes inputs thus
 * comes before what judges them, and nobody can undo what demo mode decides.
 */
import type { HookDefinition } from '../core/hook.ts';
import { demoMode, type FreeTreeLimits } from './demo-mode.ts';

/** `own`: the operator's hooks that are on, in the order of their files. */
export function orderedHooks(
  own: readonly HookDefinition[],
  limits: FreeTreeLimits,
): readonly HookDefinition[] {
  return [...own, demoMode(limits)];
}
