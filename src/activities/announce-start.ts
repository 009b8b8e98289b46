/**
 * `onTreeStarted`: fired by the task that is the first of all to be ready, just before it runs. Which one that is
 * follows from the plan, so that of many workers only one fires it, and no row is needed to remember it.
 */
import { RunState } from '../core/run-state.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { hookedTree } from './run-for-hooks.ts';
import type { RunEntry } from './run-memory.ts';

/** `isFirstTry`: no executor has been called for this task in this run. */
export async function announceStart(
  deps: ActivityDependencies,
  entry: RunEntry,
  index: number,
  isFirstTry: boolean,
): Promise<void> {
  if (!deps.hooks.has('onTreeStarted') || entry.isStartTold || !isFirstTry) return;
  entry.startIndex ??= firstIndex(entry);
  if (entry.startIndex !== index) return;
  entry.isStartTold = true;
  await deps.hooks.tree('onTreeStarted', () => hookedTree(entry));
}

function firstIndex({ context }: RunEntry): number {
  const state = new RunState(context.plan);
  state.resolve();
  return state.ready(() => true, 1)[0] ?? 0;
}
