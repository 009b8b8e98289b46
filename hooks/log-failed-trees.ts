/**
 * An audit trail of trees that failed or were cancelled: one line of the log each, with who ran it and why it ended.
 * Off by default; `TASKGROVE_HOOKS=log-failed-trees` switches it on.
 */
import { defineHook, type TreeHookContext } from '../src/core/hook.ts';

export default defineHook({
  id: 'log-failed-trees',
  description: 'One line of the log for each tree that failed or was cancelled',
  isOptIn: true,
  onTreeFailed: (tree) => write(tree, 'Tree failed'),
  onTreeCancelled: (tree) => write(tree, 'Tree cancelled'),
});

function write(
  { logger, run, treeId, userId, error, taskCount, demoTasks }: TreeHookContext,
  message: string,
): void {
  logger.warn(
    {
      tree_id: treeId,
      run_id: run?.id ?? null,
      user_id: userId,
      task_count: taskCount,
      demo_tasks: demoTasks,
      error,
    },
    message,
  );
}
