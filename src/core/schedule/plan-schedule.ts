/** The schedule fields of a task taken together: whether they make sense, and when the task runs next. */
import type { TaskRecord } from '../task.ts';
import { isoMicros } from '../time.ts';
import { nextRun, type ScheduleBounds } from './next-run.ts';
import { readRule, type ScheduleRule, type ScheduleType } from './schedule-rule.ts';

export type ScheduleFields = Pick<
  TaskRecord,
  | 'schedule_type'
  | 'schedule_expression'
  | 'schedule_enabled'
  | 'schedule_start_at'
  | 'schedule_end_at'
  | 'max_runs'
  | 'run_count'
  | 'created_at'
>;

/** Writing one of these makes a task's schedule be checked anew. */
export const PLANNED_BY = [
  'schedule_type',
  'schedule_expression',
  'schedule_enabled',
  'schedule_start_at',
  'schedule_end_at',
  'max_runs',
  'run_count',
] as const;

export interface TaskSchedule {
  readonly rule: ScheduleRule;
  readonly zone: string;
  readonly bounds: ScheduleBounds;
}

/** null: type and expression do not make a schedule. */
export function scheduleOf(task: ScheduleFields): TaskSchedule | null {
  if (task.schedule_type === null || task.schedule_expression === null) return null;
  const reading = readRule(task.schedule_type as ScheduleType, task.schedule_expression);
  if ('problem' in reading) return null;
  const startMs = epochOf(task.schedule_start_at);
  const anchorMs = startMs ?? epochOf(task.created_at) ?? 0;
  return {
    rule: reading.rule,
    zone: reading.zone,
    bounds: { anchorMs, startMs, endMs: epochOf(task.schedule_end_at) },
  };
}

/** ISO-8601; null when the task does not run again: switched off, ended, or as often as it may. */
export function nextRunAt(task: ScheduleFields, afterMs: number): string | null {
  if (!task.schedule_enabled || hasRunOut(task)) return null;
  const schedule = scheduleOf(task);
  const next = schedule === null ? null : nextRun(schedule.rule, afterMs, schedule.bounds);
  return next === null ? null : isoMicros(next);
}

function hasRunOut(task: ScheduleFields): boolean {
  return task.max_runs !== null && task.run_count >= task.max_runs;
}

/** What is wrong with it, as a field and the end of a sentence; null when nothing is. */
export function scheduleProblem(
  task: ScheduleFields,
  nowMs: number,
): { readonly field: (typeof PLANNED_BY)[number]; readonly problem: string } | null {
  const { schedule_type: type, schedule_expression: expression } = task;
  if (type !== null && expression !== null) {
    const reading = readRule(type as ScheduleType, expression);
    if ('problem' in reading) return { field: 'schedule_expression', problem: reading.problem };
  }
  const [start, end] = [epochOf(task.schedule_start_at), epochOf(task.schedule_end_at)];
  if (start !== null && end !== null && end < start)
    return { field: 'schedule_end_at', problem: 'must not be before schedule_start_at' };
  if (!task.schedule_enabled) return null;
  if (type === null) return { field: 'schedule_enabled', problem: 'needs a schedule_type' };
  if (expression === null) return { field: 'schedule_enabled', problem: 'needs a schedule_expression' };
  if (hasRunOut(task)) return { field: 'schedule_enabled', problem: 'cannot be true: max_runs is reached' };
  if (nextRunAt(task, nowMs) === null)
    return { field: 'schedule_expression', problem: 'names no time that is still to come' };
  return null;
}

function epochOf(stamp: string | null): number | null {
  return stamp === null ? null : Date.parse(stamp);
}
