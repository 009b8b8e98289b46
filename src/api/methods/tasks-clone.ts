/** `tasks.clone` (old name `tasks.copy`): copies, links or archives a task, with or without its descendants. */
import { z } from 'zod';
import { uuidV4 } from '../../core/ids.ts';
import type { JsonValue } from '../../core/json.ts';
import type { TaskRecord } from '../../core/task.ts';
import { cloneTree } from '../../core/task-tree/clone-tree.ts';
import { isoMicros } from '../../core/time.ts';
import { type Call, defineMethod } from '../method.ts';
import { requireRoomForSchedules, syncSchedules, withCharge } from '../runs/keep-schedules.ts';
import { sealTask } from '../secrets/seal-tasks.ts';
import { toTaskModel } from '../task-model.ts';
import { requireOwnTask, treeOf } from './own.ts';
import { optionalFlag, optionalId, requireId, taskListResult, taskResult } from './param.ts';

const params = z.object({
  task_id: optionalId,
  origin_type: z.enum(['copy', 'link', 'archive', 'mixed']).nullish().describe('Default copy'),
  recursive: optionalFlag.describe('With all descendants; default true'),
  link_task_ids: z
    .array(z.string())
    .max(10_000)
    .nullish()
    .describe('mixed: these are linked, the others copied'),
  reset_fields: z
    .record(z.string(), z.custom<JsonValue>())
    .nullish()
    .describe('Fields of the copies to set anew'),
  save: optionalFlag.describe('false answers what would be made and stores nothing'),
});

export const tasksClone = defineMethod<z.infer<typeof params>>({
  name: 'tasks.clone',
  aliases: ['tasks.copy'],
  scope: 'tasks',
  title: 'Clone Task',
  description: 'Copies a task tree to run it again, links to its results, or archives it as it is.',
  category: 'crud',
  tags: ['task', 'clone', 'copy'],
  params,
  result: z.union([taskResult, taskListResult]),
  auth: { ownership: 'own-tasks' },
  bodyLimit: 'small',
  errors: ['not_found', 'conflict'],
  examples: [{ name: 'a copy of a tree', params: { task_id: 'my-task' } }],
  handle: async (given, call) => {
    const { store, clock } = call.deps;
    const source = await requireOwnTask(call, requireId('Task ID is required', given.task_id));
    const tree = await treeOf(call, source);
    const cloned = cloneTree({
      source,
      tree,
      mode: given.origin_type ?? 'copy',
      recursive: given.recursive ?? true,
      linkTaskIds: given.link_task_ids ?? [],
      resetFields: given.reset_fields ?? {},
      // A copy belongs to the owner of what it copies, also when an admin makes it.
      userId: source.user_id ?? call.identity.userId,
      now: isoMicros(clock.now()),
      newId: uuidV4,
    });
    const { referenced, archived } = cloned;
    const sealed = archived.length > 0 ? cloned.tasks : sealCopies(call, cloned.tasks, tree);
    if (given.save !== false) {
      const tasks = withCharge(call, sealed);
      await requireRoomForSchedules(call, tasks);
      if (archived.length > 0) await store.tasks.archive(archived);
      else await store.tasks.create(tasks);
      if (referenced.length > 0) await store.tasks.markReferenced(referenced);
      await syncSchedules(call, tasks);
    }
    const models = sealed.map((task) => toTaskModel(task, call.deps.registry));
    const [first] = models;
    return models.length === 1 && first !== undefined ? first : models;
  },
});

/** A copy brings its original's sealed values with it; only what `reset_fields` gives is new. */
function sealCopies(call: Call, copies: readonly TaskRecord[], tree: readonly TaskRecord[]): TaskRecord[] {
  const originals = new Map(tree.map((task) => [task.id, task]));
  return copies.map((copy) => sealTask(call.deps, copy, originals.get(copy.original_task_id ?? '')));
}
