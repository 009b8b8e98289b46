/** `tasks.delete`: removes a task with all its descendants for good. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { checkDelete } from '../../core/task-tree/check-delete.ts';
import { childrenByParent, subtreeIds } from '../../core/task-tree/subtree.ts';
import { defineMethod } from '../method.ts';
import { syncSchedules } from '../runs/keep-schedules.ts';
import { requireOwnTask, treeOf } from './own.ts';
import { optionalId, requireId } from './param.ts';

const params = z.object({ task_id: optionalId });

export const tasksDelete = defineMethod<z.infer<typeof params>>({
  name: 'tasks.delete',
  scope: 'tasks',
  title: 'Delete Task',
  description: 'Deletes a task and its descendants. All must be pending, and no other task may link to them.',
  category: 'crud',
  tags: ['task', 'delete'],
  params,
  result: z.object({
    success: z.boolean(),
    task_id: z.string(),
    deleted_count: z.number().int(),
    children_deleted: z.number().int(),
  }),
  auth: { ownership: 'own-tasks' },
  isDestructive: true,
  bodyLimit: 'small',
  errors: ['not_found', 'conflict'],
  examples: [{ name: 'a tree', params: { task_id: 'my-task' } }],
  handle: async (given, call) => {
    const { store } = call.deps;
    const task = await requireOwnTask(call, requireId('Task ID is required', given.task_id));
    const tree = await treeOf(call, task);
    const ids = subtreeIds(childrenByParent(tree), task.id);
    const subtree = tree.filter((other) => ids.has(other.id));
    checkDelete(task, subtree, await store.tasks.linkedTo([...ids]));
    // A run may be about to start a task that is still pending.
    const rootId = task.task_tree_id ?? task.id;
    const [active] = await store.runs.active({ rootTaskIds: [rootId], limit: 1 });
    if (active !== undefined)
      throw new AppError('conflict', `Cannot delete task: its tree is running (run ${active.run_id})`);
    const deleted = await store.tasks.delete([...ids]);
    await syncSchedules(call, subtree);
    // Whoever could have one: who pays is kept since it was made.
    for (const one of subtree) if (one.charged_to !== null) await call.deps.triggerSecrets.revoke(one);
    return {
      success: true,
      task_id: task.id,
      deleted_count: deleted,
      children_deleted: Math.max(0, deleted - 1),
    };
  },
});
