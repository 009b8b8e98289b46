/** `tasks.update`: changes a stored task within the rules of core/task-tree; unknown fields are ignored. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { checkUpdate, updateFailure } from '../../core/task-tree/check-update.ts';
import { isoMicros } from '../../core/time.ts';
import { defineMethod } from '../method.ts';
import { chargeOf, requireRoomForSchedules, syncSchedules } from '../runs/keep-schedules.ts';
import { sealUpdate } from '../secrets/seal-update.ts';
import { toTaskModel } from '../task-model.ts';
import { newTaskSchema } from './new-task.ts';
import { requireOwnTask, treeOf } from './own.ts';
import { optionalId, requireId, statusResult, taskResult } from './param.ts';

const updateDocs = newTaskSchema
  .omit({ id: true, parent_id: true, user_id: true })
  .partial()
  .extend({
    task_id: z.string(),
    status: statusResult.optional(),
    progress: z.number().min(0).max(1).optional(),
  });

// Only the id is checked here: the fields have rules of their own, whose sentences clients know.
const params = z
  .looseObject({ task_id: optionalId })
  .meta({ ...z.toJSONSchema(updateDocs, { io: 'input' }), $schema: undefined });

export const tasksUpdate = defineMethod<z.infer<typeof params>>({
  name: 'tasks.update',
  scope: 'tasks',
  title: 'Update Task',
  description:
    'Changes fields of a task. parent_id and user_id are fixed; dependencies only while pending; a status only while no run is active.',
  category: 'crud',
  tags: ['task', 'update'],
  params,
  result: taskResult,
  auth: { ownership: 'own-tasks' },
  bodyLimit: 'small',
  errors: ['not_found', 'conflict'],
  examples: [{ name: 'rename', params: { task_id: 'my-task', name: 'A better name' } }],
  handle: async (given, call) => {
    const taskId = requireId('Task ID is required', given.task_id);
    const task = await requireOwnTask(call, taskId);
    const { patch, problems } = checkUpdate(
      task,
      await treeOf(call, task),
      given as JsonObject,
      isoMicros(call.deps.clock.now()),
    );
    if (problems.length > 0) throw updateFailure(problems);
    const sealed = sealUpdate(call.deps, task, patch);
    const isScheduled = patch.schedule_type != null || patch.schedule_expression != null;
    if (patch.schedule_enabled === true) await requireRoomForSchedules(call, [{ ...task, ...patch }]);
    const updated = await call.deps.store.tasks.update(task.id, {
      ...sealed,
      ...(isScheduled ? { charged_to: chargeOf(call, task.user_id) } : {}),
    });
    if (updated === null) throw new AppError('not_found', `Task ${taskId} not found`);
    // The task as it was, so that a schedule that was taken off is deleted.
    await syncSchedules(call, updated.schedule_type === null ? [task] : [updated]);
    return toTaskModel(updated, call.deps.registry);
  },
});
