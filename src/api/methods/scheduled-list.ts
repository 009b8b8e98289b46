/** `tasks.scheduled.list`, `.due` and `.export-ical`: which tasks run by themselves, and when. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { icalCalendar } from '../../core/schedule/ical-calendar.ts';
import { SCHEDULE_TYPES } from '../../core/schedule/schedule-rule.ts';
import type { TaskRecord } from '../../core/task.ts';
import { readTimestamp } from '../../core/task-tree/read-timestamp.ts';
import { isoMicros } from '../../core/time.ts';
import type { ScheduledTask } from '../../ports/store.ts';
import { type Call, defineMethod } from '../method.ts';
import { scopeUser } from './own.ts';
import {
  limitParam,
  offsetParam,
  optionalFlag,
  optionalText,
  pageOf,
  statusResult,
  taskListResult,
  userIdParam,
} from './param.ts';
import { toListedTask } from './tasks-read.ts';

const shared = {
  scope: 'tasks',
  category: 'query',
  bodyLimit: 'small',
  auth: { ownership: 'own-tasks' },
  errors: ['forbidden'],
} as const;
const typeParam = z.enum(SCHEDULE_TYPES).nullish();

const listParams = z.object({
  enabled_only: optionalFlag.describe('Default true'),
  user_id: userIdParam,
  schedule_type: typeParam,
  status: statusResult.nullish(),
  limit: limitParam,
  offset: offsetParam,
});
type ListParams = z.infer<typeof listParams>;

export const scheduledList = defineMethod<ListParams>({
  ...shared,
  name: 'tasks.scheduled.list',
  title: 'List Scheduled Tasks',
  description: 'Tasks that have a schedule, the one that runs next first.',
  tags: ['schedule', 'list'],
  params: listParams,
  result: taskListResult,
  examples: [{ name: 'mine', params: { enabled_only: true } }],
  handle: async (params, call) =>
    (await listed(params, call)).map((task) => toListedTask(task, call.deps.registry)),
});

async function listed(params: ListParams, call: Call): Promise<TaskRecord[]> {
  const { limit, offset } = pageOf(params);
  const matching = (await schedulesFor(call, params.user_id)).filter(
    (task) =>
      (params.enabled_only === false || task.schedule_enabled) &&
      (params.schedule_type == null || task.schedule_type === params.schedule_type),
  );
  const { tasks } = call.deps.store;
  // A status is part of the latest run, so that only whole tasks can be asked for it.
  if (params.status == null) return tasks.getMany(idsOf(matching.slice(offset, offset + limit)));
  const found = await tasks.getMany(idsOf(matching));
  return found.filter(({ status }) => status === params.status).slice(offset, offset + limit);
}

/** Sorted by the next run; what never runs comes last. */
async function schedulesFor(call: Call, userId: string | null | undefined): Promise<ScheduledTask[]> {
  const owner = scopeUser(call.identity, userId, 'list scheduled tasks for');
  const found = (await call.deps.store.tasks.scheduled(owner)).filter((task) => task.schedule_type !== null);
  const key = (task: ScheduledTask) => task.next_run_at ?? '9';
  return found.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function idsOf(tasks: readonly ScheduledTask[]): string[] {
  return tasks.map(({ id }) => id);
}

const dueParams = z.object({
  before: optionalText.describe('ISO-8601; default now'),
  user_id: userIdParam,
  limit: limitParam,
});

export const scheduledDue = defineMethod<z.infer<typeof dueParams>>({
  ...shared,
  name: 'tasks.scheduled.due',
  title: 'Get Due Tasks',
  description:
    'Scheduled tasks whose time has come and that do not run yet, earliest first. The server starts them by itself.',
  tags: ['schedule', 'due'],
  params: dueParams,
  result: taskListResult,
  examples: [{ name: 'now', params: {} }],
  handle: async (params, call) => {
    const before = timeOf(params.before, 'before') ?? isoMicros(call.deps.clock.now());
    const due = (await schedulesFor(call, params.user_id)).filter(
      (task) =>
        task.schedule_enabled && task.next_run_at !== null && task.next_run_at <= before && mayRun(task),
    );
    const found = await call.deps.store.tasks.getMany(idsOf(due));
    const { limit } = pageOf(params);
    return found
      .filter(({ status }) => status !== 'in_progress')
      .slice(0, limit)
      .map((task) => toListedTask(task, call.deps.registry));
  },
});

function mayRun(task: ScheduledTask): boolean {
  const isLeft = task.max_runs === null || task.run_count < task.max_runs;
  return isLeft && (task.schedule_end_at === null || (task.next_run_at ?? '') <= task.schedule_end_at);
}

/** As stored, so that texts compare. Throws `invalid_params`. */
export function timeOf(given: string | null | undefined, name: string): string | null {
  if (given === null || given === undefined || given === '') return null;
  const stamp = readTimestamp(given);
  if (stamp === null)
    throw new AppError(
      'invalid_params',
      `${name} must be an ISO-8601 time such as '2026-11-21T09:00:00+00:00'`,
    );
  return stamp;
}

const icalParams = z.object({
  user_id: userIdParam,
  schedule_type: typeParam,
  enabled_only: optionalFlag.describe('Default true'),
  limit: limitParam,
  calendar_name: z.string().max(200).nullish().describe('Default APFlow Tasks'),
  base_url: z
    .url()
    .max(2048)
    .nullish()
    .describe('Where people look at tasks; events link to <base_url>/tasks/<id>'),
});

export const scheduledExportIcal = defineMethod<z.infer<typeof icalParams>>({
  ...shared,
  name: 'tasks.scheduled.export-ical',
  title: 'Export Schedules',
  description: 'Scheduled tasks as an iCalendar file (RFC 5545).',
  tags: ['schedule', 'ical', 'export'],
  params: icalParams,
  result: z.object({ ical_content: z.string(), task_count: z.number().int() }),
  examples: [{ name: 'mine', params: { calendar_name: 'My tasks' } }],
  handle: async (params, call) => {
    const tasks = await listed({ ...params, status: null, offset: 0 }, call);
    const ical = icalCalendar(tasks, {
      name: params.calendar_name ?? 'APFlow Tasks',
      baseUrl: params.base_url ?? null,
      nowMs: call.deps.clock.now(),
    });
    return { ical_content: ical, task_count: tasks.length };
  },
});
