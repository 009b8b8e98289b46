/** `tasks.create`: stores a tree of tasks. Nothing runs. */
import { z } from 'zod';
import { uuidV4 } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { TaskRecord } from '../../core/task.ts';
import { validateTree } from '../../core/task-tree/validate-tree.ts';
import { isoMicros } from '../../core/time.ts';
import { type Call, defineMethod } from '../method.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { requireRoomForSchedules, syncSchedules, withCharge } from '../runs/keep-schedules.ts';
import { sealTasks } from '../secrets/seal-tasks.ts';
import { type TaskModel, toTaskModel } from '../task-model.ts';
import { newTaskSchema } from './new-task.ts';
import { taskListResult, taskResult } from './param.ts';

export const tasksCreate = defineMethod<unknown>({
  name: 'tasks.create',
  scope: 'tasks',
  title: 'Create Task',
  description: 'Creates a task or a whole tree of tasks without running it.',
  category: 'crud',
  tags: ['task', 'create'],
  // Checked by validateTree, whose sentences clients know; the schema here is for the docs.
  params: z.unknown().meta(z.toJSONSchema(z.union([newTaskSchema, z.array(newTaskSchema)]), { io: 'input' })),
  result: z.union([taskResult, taskListResult]),
  auth: { ownership: 'own-tasks' },
  bodyLimit: 'large',
  positional: 'array',
  errors: ['conflict', 'idempotency_conflict'],
  examples: [
    {
      name: 'one task',
      params: { name: 'CPU', schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } },
    },
    {
      name: 'a tree by names',
      params: [
        { name: 'report', schemas: { method: 'aggregate_results_executor' }, dependencies: ['cpu'] },
        {
          name: 'cpu',
          parent_id: 'report',
          schemas: { method: 'system_info_executor' },
          inputs: { resource: 'cpu' },
        },
      ],
    },
  ],
  handle: create,
});

async function create(params: unknown, call: Call): Promise<TaskModel | TaskModel[]> {
  const { store, clock } = call.deps;
  const tasks = await idempotently<TaskRecord[]>(call, 'tasks.create', params, {
    perform: async (record) => {
      const ids: string[] = [];
      const now = isoMicros(clock.now());
      const given = recordsOf(params, call, now, () => {
        const id = uuidV4();
        ids.push(id);
        return id;
      });
      const made = sealTasks(call.deps, given);
      await requireRoomForSchedules(call, made);
      await store.tasks.create(made, record({ now, ids }));
      await syncSchedules(call, made);
      return made;
    },
    // The ids and the time are all that was not in the request: with them the same tree comes out again.
    replay: async (answer) => recordsOf(params, call, nowOf(answer), idsAgain(answer)),
  });
  const models = tasks.map((task) => toTaskModel(task, call.deps.registry));
  const [first] = models;
  return models.length === 1 && first !== undefined ? first : models;
}

function recordsOf(params: unknown, call: Call, now: string, newId: () => string): TaskRecord[] {
  const { userId, isAdmin } = call.identity;
  return withCharge(call, validateTree(params, { userId, isAdmin, now, newId }));
}

function nowOf(answer: JsonObject): string {
  return String(answer['now']);
}

function idsAgain(answer: JsonObject): () => string {
  const ids = Array.isArray(answer['ids']) ? [...answer['ids']] : [];
  return () => String(ids.shift());
}
