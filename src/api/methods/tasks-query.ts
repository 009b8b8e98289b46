/** `tasks.list` and `tasks.count`: the caller's tasks by status. */
import { z } from 'zod';
import { TASK_STATUSES, type TaskStatus } from '../../core/task.ts';
import { defineMethod } from '../method.ts';
import { scopeUser } from './own.ts';
import {
  limitParam,
  offsetParam,
  optionalFlag,
  optionalText,
  pageOf,
  taskListResult,
  userIdParam,
} from './param.ts';
import { toListedTask } from './tasks-read.ts';

const listParams = z.object({
  user_id: userIdParam,
  status: optionalText,
  root_only: optionalFlag.describe('Default true'),
  limit: limitParam,
  offset: offsetParam,
});

export const tasksList = defineMethod<z.infer<typeof listParams>>({
  name: 'tasks.list',
  scope: 'tasks',
  title: 'List Tasks',
  description: 'Tasks, newest tree first. Results above 64 KiB come as {ref, size, preview}.',
  category: 'query',
  tags: ['task', 'list'],
  params: listParams,
  result: taskListResult,
  auth: { ownership: 'own-tasks' },
  bodyLimit: 'small',
  errors: ['forbidden'],
  examples: [
    { name: 'newest roots', params: { limit: 10 } },
    { name: 'failed tasks', params: { root_only: false, status: 'failed' } },
  ],
  handle: async (params, call) => {
    const userId = scopeUser(call.identity, params.user_id, 'list tasks for');
    const status = params.status === '' ? null : (params.status ?? null);
    if (status !== null && !isTaskStatus(status)) return [];
    const tasks = await call.deps.store.tasks.list({
      ...(userId === undefined ? {} : { userId }),
      ...(status === null ? {} : { status }),
      rootOnly: params.root_only ?? true,
      ...pageOf(params),
    });
    return tasks.map((task) => toListedTask(task, call.deps.registry));
  },
});

const countParams = z.object({
  user_id: userIdParam,
  statuses: z.array(z.string().max(100)).max(100).nullish().describe('Only these; all when absent'),
  root_only: optionalFlag.describe('Default false'),
});

export const tasksCount = defineMethod<z.infer<typeof countParams>>({
  name: 'tasks.count',
  scope: 'tasks',
  title: 'Count Tasks',
  description: 'How many tasks there are of each status, and in all.',
  category: 'query',
  tags: ['task', 'count'],
  params: countParams,
  result: z.record(z.string(), z.union([z.number().int(), z.string(), z.boolean()])),
  auth: { ownership: 'own-tasks' },
  bodyLimit: 'small',
  errors: ['forbidden'],
  examples: [{ name: 'all of mine', params: {} }],
  handle: async (params, call) => {
    const userId = scopeUser(call.identity, params.user_id, 'count tasks for');
    const rootOnly = params.root_only === true;
    const counts = await call.deps.store.tasks.count({
      ...(userId === undefined ? {} : { userId }),
      rootOnly,
    });
    const wanted = params.statuses == null || params.statuses.length === 0 ? TASK_STATUSES : params.statuses;
    const shown = [...new Set(wanted)].map(
      (status) => [status, isTaskStatus(status) ? counts[status] : 0] as const,
    );
    return {
      ...Object.fromEntries(shown),
      total: shown.reduce((sum, [, count]) => sum + count, 0),
      ...(userId === undefined ? {} : { user_id: userId }),
      ...(rootOnly ? { root_only: true } : {}),
    };
  },
});

function isTaskStatus(status: string): status is TaskStatus {
  return (TASK_STATUSES as readonly string[]).includes(status);
}
