/** How a task's schedule looks to Temporal, and to people in its UI. */
import { createHash } from 'node:crypto';
import type { CalendarSpec, ScheduleOptions, ScheduleSpec } from '@temporalio/client';
import { SCHEDULED_WORKFLOW_TYPE, type ScheduledInput, TREES_QUEUE } from '../core/run-protocol.ts';
import type { CalendarRule } from '../core/schedule/cron-fields.ts';
import { intervalPhase } from '../core/schedule/next-run.ts';
import { scheduleOf, type TaskSchedule } from '../core/schedule/plan-schedule.ts';
import type { ScheduledTask } from '../ports/store.ts';

export const SCHEDULE_PREFIX = 'schedule:';
/** What was missed by less than an hour is made up for. */
const CATCH_UP_MS = 60 * 60_000;
const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

export function scheduleId(task: Pick<ScheduledTask, 'id' | 'user_id'>): string {
  return `${SCHEDULE_PREFIX}${task.user_id ?? ''}:${task.id}`;
}

/** null: nothing that could fire. The note ends with a mark of the definition, by which lists are compared. */
export function scheduleOptions(task: ScheduledTask): ScheduleOptions | null {
  const schedule = scheduleOf(task);
  if (schedule === null) return null;
  const input: ScheduledInput = { taskId: task.id, userId: task.user_id };
  const definition = {
    spec: specOf(schedule),
    policies: { overlap: 'SKIP' as const, catchupWindow: task.policy?.catch_up_ms ?? CATCH_UP_MS },
  };
  const paused = !task.schedule_enabled;
  return {
    scheduleId: scheduleId(task),
    ...definition,
    action: {
      type: 'startWorkflow',
      workflowType: SCHEDULED_WORKFLOW_TYPE,
      workflowId: `scheduled:${task.user_id ?? ''}:${task.id}`,
      taskQueue: TREES_QUEUE,
      args: [input],
      staticSummary: `${task.schedule_type}: ${task.schedule_expression}`,
    },
    state: { paused, note: `Task ${task.id} (${markOf({ ...definition, paused })})` },
  };
}

function markOf(definition: object): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 12);
}

function specOf({ rule, bounds }: TaskSchedule): ScheduleSpec {
  const limits = {
    ...(bounds.startMs === null ? {} : { startAt: new Date(bounds.startMs) }),
    ...(bounds.endMs === null ? {} : { endAt: new Date(bounds.endMs) }),
  };
  switch (rule.kind) {
    case 'once':
      return { ...limits, calendars: [oneTime(new Date(rule.atMs))], timezone: 'UTC' };
    case 'interval':
      return {
        ...limits,
        intervals: [{ every: rule.everyMs, offset: intervalPhase(rule.everyMs, bounds.anchorMs) }],
      };
    case 'calendar':
      return { ...limits, calendars: rule.rules.map(calendarOf), timezone: rule.zone };
  }
}

function oneTime(at: Date): CalendarSpec {
  return {
    year: at.getUTCFullYear(),
    month: MONTHS[at.getUTCMonth()] as (typeof MONTHS)[number],
    dayOfMonth: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
  };
}

function calendarOf(rule: CalendarRule): CalendarSpec {
  return {
    second: 0,
    minute: [...rule.minutes],
    hour: [...rule.hours],
    dayOfMonth: rule.daysOfMonth === null ? '*' : [...rule.daysOfMonth],
    month:
      rule.months === null ? '*' : rule.months.map((month) => MONTHS[month - 1] as (typeof MONTHS)[number]),
    dayOfWeek:
      rule.daysOfWeek === null ? '*' : rule.daysOfWeek.map((day) => DAYS[day] as (typeof DAYS)[number]),
  };
}
