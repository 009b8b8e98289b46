/** Scheduled tasks as an iCalendar file (RFC 5545) that calendar programs can show or subscribe to. */
import type { TaskRecord } from '../task.ts';
import type { CalendarRule } from './cron-fields.ts';
import { icalLines, icalLocal, icalText, icalUtc } from './ical-text.ts';
import { icalZone } from './ical-zone.ts';
import { nextRun } from './next-run.ts';
import { scheduleOf, type TaskSchedule } from './plan-schedule.ts';
import type { ScheduleRule } from './schedule-rule.ts';
import { toLocal } from './zone-time.ts';

export interface CalendarOptions {
  readonly name: string;
  /** Where people look at a task (`<base>/tasks/<id>`); null = no links. */
  readonly baseUrl: string | null;
  readonly nowMs: number;
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;
const UNITS = [
  ['DAILY', 86_400_000],
  ['HOURLY', 3_600_000],
  ['MINUTELY', 60_000],
  ['SECONDLY', 1_000],
] as const;

/** Tasks whose schedule cannot be read, or never comes again, have no event. */
export function icalCalendar(tasks: readonly TaskRecord[], options: CalendarOptions): string {
  const zones = new Set<string>();
  const events = tasks.flatMap((task) => {
    const schedule = scheduleOf(task);
    if (schedule === null) return [];
    const parts = partsOf(schedule.rule);
    if (schedule.zone !== 'UTC' && schedule.rule.kind === 'calendar') zones.add(schedule.zone);
    return parts.flatMap((rule, index) => {
      const uid = `${task.id}${parts.length === 1 ? '' : `-${index + 1}`}`;
      return eventOf(task, { ...schedule, rule }, uid, options);
    });
  });
  return icalLines([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Taskgrove//Scheduled tasks//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${icalText(options.name)}`,
    ...[...zones].flatMap((zone) => icalZone(zone, options.nowMs)),
    ...events,
    'END:VCALENDAR',
  ]);
}

/** An event repeats by one rule only. */
function partsOf(rule: ScheduleRule): ScheduleRule[] {
  return rule.kind === 'calendar' ? rule.rules.map((one) => ({ ...rule, rules: [one] })) : [rule];
}

function eventOf(task: TaskRecord, schedule: TaskSchedule, uid: string, options: CalendarOptions): string[] {
  const { rule, bounds } = schedule;
  const next = nextRun(rule, options.nowMs, bounds) ?? (rule.kind === 'once' ? rule.atMs : null);
  if (next === null) return [];
  const { baseUrl } = options;
  return [
    'BEGIN:VEVENT',
    `UID:${icalText(uid)}@taskgrove`,
    `DTSTAMP:${icalUtc(Date.parse(task.updated_at ?? '') || options.nowMs)}`,
    startOf(rule, next),
    ...repetition(task, schedule),
    `SUMMARY:${icalText(task.name)}`,
    `DESCRIPTION:${icalText(`${task.schedule_type}: ${task.schedule_expression}`)}`,
    ...(baseUrl === null ? [] : [`URL:${baseUrl.replace(/\/+$/, '')}/tasks/${encodeURIComponent(task.id)}`]),
    `X-APFLOW-TASK-ID:${icalText(task.id)}`,
    `X-APFLOW-SCHEDULE-TYPE:${task.schedule_type}`,
    `X-APFLOW-SCHEDULE-EXPRESSION:${icalText(task.schedule_expression ?? '')}`,
    `X-APFLOW-SCHEDULE-ENABLED:${String(task.schedule_enabled).toUpperCase()}`,
    'END:VEVENT',
  ];
}

function startOf(rule: ScheduleRule, epochMs: number): string {
  if (rule.kind !== 'calendar' || rule.zone === 'UTC') return `DTSTART:${icalUtc(epochMs)}`;
  return `DTSTART;TZID=${rule.zone}:${icalLocal(toLocal(epochMs, rule.zone))}`;
}

function repetition(task: TaskRecord, { rule, bounds }: TaskSchedule): string[] {
  if (rule.kind === 'once') return [];
  const parts = rule.kind === 'interval' ? intervalParts(rule.everyMs) : rule.rules.flatMap(ruleParts);
  // Only one of the two may stand in a rule.
  if (bounds.endMs !== null) parts.push(`UNTIL=${icalUtc(bounds.endMs)}`);
  else if (task.max_runs !== null) parts.push(`COUNT=${Math.max(1, task.max_runs - task.run_count)}`);
  return [`RRULE:${parts.join(';')}`];
}

function intervalParts(everyMs: number): string[] {
  const [name, unitMs] = UNITS.find(([, size]) => everyMs % size === 0) ?? UNITS[3];
  return [`FREQ=${name}`, `INTERVAL=${everyMs / unitMs}`];
}

function ruleParts(rule: CalendarRule): string[] {
  const { daysOfMonth, months, daysOfWeek, hours, minutes } = rule;
  const frequency =
    daysOfMonth === null
      ? daysOfWeek === null
        ? 'DAILY'
        : 'WEEKLY'
      : daysOfWeek === null
        ? 'MONTHLY'
        : 'DAILY';
  return [
    `FREQ=${frequency}`,
    ...(months === null ? [] : [`BYMONTH=${months.join(',')}`]),
    ...(daysOfMonth === null ? [] : [`BYMONTHDAY=${daysOfMonth.join(',')}`]),
    ...(daysOfWeek === null ? [] : [`BYDAY=${daysOfWeek.map((day) => WEEKDAYS[day]).join(',')}`]),
    // A single time of day stands in DTSTART already.
    ...(hours.length === 1 && minutes.length === 1
      ? []
      : [`BYHOUR=${hours.join(',')}`, `BYMINUTE=${minutes.join(',')}`]),
  ];
}
