/** `tasks.scheduled.init` and `.complete`: for clients that drive schedules themselves. Ours fire without them. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { nextRunAt } from '../../core/schedule/plan-schedule.ts';
import type { TaskRecord } from '../../core/task.ts';
import { isoMicros } from '../../core/time.ts';
import type { TaskPatch } from '../../ports/store.ts';
import { type Call, defineMethod } from '../method.ts';
import { syncSchedules } from '../runs/keep-schedules.ts';
import { type TaskModel, toTaskModel } from '../task-model.ts';
import { requireOwnTask } from './own.ts';
import { optionalFlag, optionalId, optionalText, requireId, taskResult } from './param.ts';
import { timeOf } from './scheduled-list.ts';

const shared = {
  scope: 'tasks',
  category: 'crud',
  bodyLimit: 'small',
  auth: { ownership: 'own-tasks' },
  result: taskResult,
  errors: ['not_found'],
} as const;

const initParams = z.object({
  task_id: optionalId,
  from_time: optionalText.describe('ISO-8601; the first time after this. Default now'),
});

export const scheduledInit = defineMethod<z.infer<typeof initParams>>({
  ...shared,
  name: 'tasks.scheduled.init',
  title: 'Initialize Schedule',
  description: 'Works out next_run_at. Writing the schedule fields of a task does so too.',
  tags: ['schedule', 'init'],
  params: initParams,
  examples: [{ name: 'from now', params: { task_id: 'my-task' } }],
  handle: async (params, call) => {
    const task = await requireOwnTask(call, requireId('Task ID is required', params.task_id));
    const from = timeOf(params.from_time, 'from_time');
    const afterMs = from === null ? call.deps.clock.now() : Date.parse(from);
    const next = nextRunAt({ ...task, schedule_enabled: true }, afterMs);
    if (next === null)
      throw new AppError(
        'invalid_params',
        `Failed to initialize schedule for task ${task.id}: it has no schedule with a time that is still to come`,
      );
    return change(call, task, { next_run_at: next });
  },
});

const completeParams = z.object({
  task_id: optionalId,
  success: optionalFlag.describe('Default true'),
  error: optionalText,
  calculate_next_run: optionalFlag.describe('Default true'),
});

export const scheduledComplete = defineMethod<z.infer<typeof completeParams>>({
  ...shared,
  name: 'tasks.scheduled.complete',
  title: 'Complete Scheduled Run',
  description:
    'Counts a run that a client has made for a schedule, and works out the next. Status and result stay as they are.',
  tags: ['schedule', 'complete'],
  params: completeParams,
  examples: [{ name: 'done', params: { task_id: 'my-task' } }],
  handle: async (params, call) => {
    const task = await requireOwnTask(call, requireId('Task ID is required', params.task_id));
    const nowMs = call.deps.clock.now();
    const runCount = task.run_count + 1;
    const next = nextRunAt({ ...task, run_count: runCount }, nowMs);
    return change(call, task, {
      last_run_at: isoMicros(nowMs),
      run_count: runCount,
      ...(params.calculate_next_run === false && next !== null ? {} : { next_run_at: next }),
      ...(next === null ? { schedule_enabled: false } : {}),
      ...(params.success === false ? await failure(call, task, params.error ?? null) : {}),
    });
  },
});

/** Only of a task that somebody set to in_progress: a run of ours knows itself how it ended. */
async function failure(call: Call, task: TaskRecord, error: string | null): Promise<TaskPatch> {
  if (task.status !== 'in_progress') return {};
  const rootTaskIds = [task.task_tree_id ?? task.id];
  const active = await call.deps.store.runs.active({ rootTaskIds, limit: 1 });
  return active.length > 0 ? {} : { status: 'failed', error: error ?? 'Scheduled execution failed' };
}

async function change(call: Call, task: TaskRecord, patch: TaskPatch): Promise<TaskModel> {
  const updated = await call.deps.store.tasks.update(task.id, patch);
  if (updated === null) throw new AppError('not_found', `Task ${task.id} not found`);
  await syncSchedules(call, [updated]);
  return toTaskModel(updated, call.deps.registry);
}
