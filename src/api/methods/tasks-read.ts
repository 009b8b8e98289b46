/** `tasks.get`, `tasks.detail`, `tasks.tree`, `tasks.children`: one task, or the part of its tree below it. */
import { z } from 'zod';
import { shownResult } from '../../core/result-reference.ts';
import type { TaskRecord } from '../../core/task.ts';
import { taskTreeView } from '../../core/task-tree/roll-up.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import { type Call, defineMethod } from '../method.ts';
import { findStepTask, stepTasks, withSteps } from '../steps/step-tasks.ts';
import { type TaskModel, toTaskModel } from '../task-model.ts';
import { findOwnTask, requireOwnTask, treeOf } from './own.ts';
import { optionalId, requireId, taskListResult, taskResult } from './param.ts';

const ownTask = { auth: { ownership: 'own-tasks' }, bodyLimit: 'small', scope: 'tasks' } as const;

const getParams = z.object({ task_id: optionalId, id: optionalId });
const ID_REQUIRED = "Task ID is required. Please provide 'task_id' or 'id' parameter.";

export const tasksGet = defineMethod<z.infer<typeof getParams>>({
  ...ownTask,
  name: 'tasks.get',
  title: 'Get Task',
  description: 'A task with its full result, as its latest run left it; null when there is none of that id.',
  category: 'crud',
  tags: ['task', 'get'],
  params: getParams,
  result: taskResult.nullable(),
  examples: [{ name: 'by id', params: { task_id: 'my-task' } }],
  handle: async (params, call) => {
    const task = await findShown(call, requireId(ID_REQUIRED, params.task_id, params.id));
    return task === null ? null : toTaskModel(task, call.deps.registry);
  },
});

export const tasksDetail = defineMethod<z.infer<typeof getParams>>({
  ...tasksGet,
  name: 'tasks.detail',
  title: 'Get Task Detail',
  description: 'The same as tasks.get.',
  category: 'query',
  tags: ['task', 'detail'],
  handle: async (params, call) => {
    const task = await findShown(call, requireId('Task ID is required', params.task_id, params.id));
    return task === null ? null : toTaskModel(task, call.deps.registry);
  },
});

const treeParams = z.object({ task_id: optionalId, root_id: optionalId });
const treeResult: z.ZodType = z.object({
  task: taskResult,
  children: z.array(z.unknown()).describe('The same shape, nested'),
});

export const tasksTree = defineMethod<z.infer<typeof treeParams>>({
  ...ownTask,
  name: 'tasks.tree',
  title: 'Get Task Tree',
  description:
    'The task with all its descendants, steps of agents included (origin_type step). Results above 64 KiB come as {ref, size, preview}.',
  category: 'query',
  tags: ['task', 'tree'],
  params: treeParams,
  result: treeResult,
  errors: ['not_found'],
  examples: [{ name: 'of a root', params: { task_id: 'my-task' } }],
  handle: async (params, call) => {
    const taskId = requireId('Task ID or root_id is required', params.task_id, params.root_id);
    const task = await requireOwnTask(call, taskId);
    const tree = await withSteps(call.deps, await treeOf(call, task));
    return taskTreeView(
      tree.map((each) => toListedTask(each, call.deps.registry)),
      task.id,
    );
  },
});

const childrenParams = z.object({ parent_id: optionalId, task_id: optionalId });

export const tasksChildren = defineMethod<z.infer<typeof childrenParams>>({
  ...ownTask,
  name: 'tasks.children',
  title: 'Get Task Children',
  description:
    'The direct children of a task, in the order they were created, then the steps of its latest run (origin_type step).',
  category: 'query',
  tags: ['task', 'children'],
  params: childrenParams,
  result: taskListResult,
  errors: ['not_found'],
  examples: [{ name: 'of a root', params: { parent_id: 'my-task' } }],
  handle: async (params, call) => {
    const problem = "Parent task ID is required. Please provide 'parent_id' or 'task_id' parameter.";
    const parent = await requireOwnTask(
      call,
      requireId(problem, params.parent_id, params.task_id),
      'Parent task',
    );
    const { store, registry } = call.deps;
    const children = await store.tasks.children(parent.id);
    const steps = (await stepTasks(call.deps, [parent])).filter((step) => step.parent_id === parent.id);
    return [...children, ...steps].map((child) => toListedTask(child, registry));
  },
});

/** A task, or a step of one. */
async function findShown(call: Call, id: string): Promise<TaskRecord | null> {
  const task = await findOwnTask(call, id);
  return task ?? findStepTask(call.deps, id, (taskId) => findOwnTask(call, taskId));
}

/** As lists and trees show a task: a large result by reference. */
export function toListedTask(record: TaskRecord, registry: ExecutorRegistry): TaskModel {
  const model = toTaskModel(record, registry);
  model.result = shownResult(record.run_id, record.id, record.result);
  return model;
}
