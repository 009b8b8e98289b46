/** A run and its tree as hooks see them. */
import type { HookedRun } from '../core/hook.ts';
import type { HookedTree } from '../hooks/hook-context.ts';
import { runView } from '../hooks/run-view.ts';
import type { RunEntry } from './run-memory.ts';

export function runForHooks({ context, llm }: RunEntry): HookedRun {
  return runView(context.run, context.options, llm);
}

export function hookedTree(
  entry: RunEntry,
  end: Pick<HookedTree, 'error' | 'demoTasks'> = { error: null, demoTasks: null },
): HookedTree {
  const run = runForHooks(entry);
  return { treeId: run.rootTaskId, userId: run.userId, taskCount: run.taskCount, run, tasks: [], ...end };
}
