/** `tasks.running.list`, `.status`, `.count`: what runs now. Read from the store, so every process says the same. */
import { z } from 'zod';
import type { Run } from '../../core/run.ts';
import type { TaskRecord } from '../../core/task.ts';
import { treeProgress } from '../../core/task-tree/roll-up.ts';
import { type Call, defineMethod } from '../method.ts';
import { findOwnTask, scopeUser } from './own.ts';
import { idListParam, idsOf, limitParam, pageOf, taskListResult, userIdParam } from './param.ts';
import { toListedTask } from './tasks-read.ts';

/** Trees up to this size have their progress worked out from their rows on each listing. */
const PROGRESS_TASKS = 500;
const shared = {
  scope: 'tasks',
  category: 'monitoring',
  bodyLimit: 'small',
  auth: { ownership: 'own-tasks' },
} as const;

const listParams = z.object({ user_id: userIdParam, limit: limitParam });

export const runningList = defineMethod<z.infer<typeof listParams>>({
  ...shared,
  name: 'tasks.running.list',
  title: 'List Running Tasks',
  description: 'Roots of the trees that are running, with the progress of the whole tree.',
  tags: ['running', 'list'],
  params: listParams,
  result: taskListResult,
  errors: ['forbidden'],
  examples: [{ name: 'mine', params: { limit: 100 } }],
  handle: async (params, call) => {
    const userId = scopeUser(call.identity, params.user_id, 'list running tasks for');
    const { limit } = pageOf(params);
    if (limit === 0) return [];
    const { store } = call.deps;
    const runs = await store.runs.active({ ...(userId === undefined ? {} : { userId }), limit });
    const roots = await store.tasks.getMany(runs.map((run) => run.root_task_id));
    const byId = new Map(roots.map((root) => [root.id, root]));
    const shown = runs.flatMap((run) => {
      const root = byId.get(run.root_task_id);
      return root === undefined ? [] : [withTreeProgress(call, run, root)];
    });
    return (await Promise.all(shown)).map((task) => toListedTask(task, call.deps.registry));
  },
});

async function withTreeProgress(call: Call, run: Run, root: TaskRecord): Promise<TaskRecord> {
  if (!root.has_children || run.task_count > PROGRESS_TASKS) return root;
  const tree = await call.deps.store.tasks.tree(root.task_tree_id ?? root.id);
  return { ...root, progress: treeProgress(tree) };
}

const statusParams = z.object({ task_ids: idListParam, context_ids: idListParam });
const statusEntry = z.object({
  task_id: z.string(),
  context_id: z.string(),
  status: z.string(),
  progress: z.number(),
  error: z.string().nullable(),
  is_running: z.boolean(),
  started_at: z.string().nullable(),
  updated_at: z.string().nullable(),
});

export const runningStatus = defineMethod<z.infer<typeof statusParams>>({
  ...shared,
  name: 'tasks.running.status',
  title: 'Get Running Task Status',
  description: 'Status of each task named; `not_found` for ids that are unknown or not yours.',
  tags: ['running', 'status'],
  params: statusParams,
  result: z.array(statusEntry),
  examples: [{ name: 'two tasks', params: { task_ids: ['a', 'b'] } }],
  handle: (params, call) =>
    Promise.all(idsOf(params.task_ids, params.context_ids).map((taskId) => statusOf(call, taskId))),
});

async function statusOf(call: Call, taskId: string): Promise<z.infer<typeof statusEntry>> {
  const task = await findOwnTask(call, taskId);
  const rootIds = task === null ? [] : [task.task_tree_id ?? task.id];
  const active = task === null ? [] : await call.deps.store.runs.active({ rootTaskIds: rootIds, limit: 1 });
  return {
    task_id: taskId,
    context_id: taskId,
    status: task?.status ?? 'not_found',
    progress: task?.progress ?? 0,
    error: task?.error ?? null,
    is_running: active.some((run) => run.target_task_id === taskId) || task?.status === 'in_progress',
    started_at: task?.started_at ?? null,
    updated_at: task?.updated_at ?? null,
  };
}

const countParams = z.object({ user_id: userIdParam });

export const runningCount = defineMethod<z.infer<typeof countParams>>({
  ...shared,
  name: 'tasks.running.count',
  title: 'Count Running Tasks',
  description: 'How many trees are running.',
  tags: ['running', 'count'],
  params: countParams,
  result: z.object({ count: z.number().int(), user_id: z.string().optional() }),
  errors: ['forbidden'],
  examples: [{ name: 'mine', params: {} }],
  handle: async (params, call) => {
    const userId = scopeUser(call.identity, params.user_id, 'count running tasks for');
    const count = await call.deps.store.runs.countActive(userId);
    return { count, ...(userId === undefined ? {} : { user_id: userId }) };
  },
});
