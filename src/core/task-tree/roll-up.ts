/** A tree seen as a whole: its progress, and the nested view of `tasks.tree`. */
import { AppError } from '../errors.ts';
import { childrenByParent } from './subtree.ts';

/** Mean of the tasks' progress, 0 to 1; 0 without tasks. */
export function treeProgress(tasks: readonly { readonly progress: number }[]): number {
  if (tasks.length === 0) return 0;
  return tasks.reduce((sum, task) => sum + task.progress, 0) / tasks.length;
}

export interface TaskTreeView<T> {
  readonly task: T;
  readonly children: TaskTreeView<T>[];
}

/**
 * The task with its descendants, children in the order of `tasks`. Throws `not_found` when `rootId` is not among
 * them. Built without recursion: every node is made first, then hung under its parent.
 */
export function taskTreeView<T extends { readonly id: string; readonly parent_id: string | null }>(
  tasks: readonly T[],
  rootId: string,
): TaskTreeView<T> {
  const children = childrenByParent(tasks);
  const rootTask = tasks.find((task) => task.id === rootId);
  if (rootTask === undefined) throw new AppError('not_found', `Task ${rootId} not found`);
  const root: TaskTreeView<T> = { task: rootTask, children: [] };
  const open = [root];
  for (const node of open) {
    for (const child of children.get(node.task.id) ?? []) {
      const view: TaskTreeView<T> = { task: child, children: [] };
      node.children.push(view);
      open.push(view);
    }
  }
  return root;
}
