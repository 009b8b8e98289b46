/** When a schedule fires, read from its type and expression. What may stand there is said here and nowhere else. */
import { readTimestamp } from '../task-tree/read-timestamp.ts';
import { type CalendarRule, readCron } from './cron-fields.ts';
import { instantsOf, zoneName } from './zone-time.ts';

export const SCHEDULE_TYPES = ['once', 'interval', 'cron', 'daily', 'weekly', 'monthly'] as const;
export type ScheduleType = (typeof SCHEDULE_TYPES)[number];

export type ScheduleRule =
  | { readonly kind: 'once'; readonly atMs: number }
  | { readonly kind: 'interval'; readonly everyMs: number }
  /** At every time that one of the rules matches. */
  | { readonly kind: 'calendar'; readonly zone: string; readonly rules: readonly CalendarRule[] };

export type RuleReading =
  | { readonly rule: ScheduleRule; readonly zone: string }
  | { readonly problem: string };

const MAX_INTERVAL_SECONDS = 366 * 86_400;

/**
 * `expression` may begin with `TZ=<zone> ` (`TZ=Europe/Berlin 09:00`); without it all times are UTC. A problem is the
 * end of a sentence that begins with the field's name.
 */
export function readRule(type: ScheduleType, expression: string): RuleReading {
  const match = /^\s*(?:(?:CRON_)?TZ=(\S+)\s+)?(.*?)\s*$/s.exec(expression);
  const zone = zoneName(match?.[1] ?? 'UTC');
  if (zone === null) return { problem: `names the time zone '${match?.[1]}', which is not known` };
  const rule = READERS[type](match?.[2] ?? '', zone);
  return typeof rule === 'string' ? { problem: rule } : { rule, zone };
}

type RuleReader = (text: string, zone: string) => ScheduleRule | string;

const once: RuleReader = (text, zone) => {
  const stamp = readTimestamp(text);
  if (stamp === null) return "must be an ISO-8601 time such as '2026-11-21T09:00:00+00:00'";
  const written = Math.floor(Date.parse(stamp) / 1_000) * 1_000;
  if (zone === 'UTC' || /(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return { kind: 'once', atMs: written };
  const [instant] = instantsOf(written, zone);
  return instant === undefined ? `names a time that clocks in ${zone} skip` : { kind: 'once', atMs: instant };
};

const interval: RuleReader = (text) => {
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > MAX_INTERVAL_SECONDS)
    return `must be a whole number of seconds from 1 to ${MAX_INTERVAL_SECONDS}`;
  return { kind: 'interval', everyMs: seconds * 1_000 };
};

const cron: RuleReader = (text, zone) => {
  const rules = readCron(text);
  return typeof rules === 'string' ? rules : { kind: 'calendar', zone, rules };
};

const daily: RuleReader = (text, zone) => {
  const time = readTime(text);
  return time === null
    ? "must be a time of day such as '09:00'"
    : calendar(zone, { ...time, daysOfMonth: null, daysOfWeek: null });
};

const weekly: RuleReader = (text, zone) => {
  const read = readDays(text, 7);
  return read === null
    ? "must be days of the week (1 = Monday to 7 = Sunday) and a time, such as '1,3,5 09:00'"
    : calendar(zone, {
        ...read.time,
        daysOfMonth: null,
        daysOfWeek: read.days.map((day) => day % 7).sort((a, b) => a - b),
      });
};

const monthly: RuleReader = (text, zone) => {
  const read = readDays(text, 31);
  return read === null
    ? "must be days of the month (1 to 31) and a time, such as '1,15 09:00'"
    : calendar(zone, { ...read.time, daysOfMonth: read.days, daysOfWeek: null });
};

const READERS: Readonly<Record<ScheduleType, RuleReader>> = { once, interval, cron, daily, weekly, monthly };

type Time = Pick<CalendarRule, 'hours' | 'minutes'>;

function calendar(zone: string, rule: Omit<CalendarRule, 'months'>): ScheduleRule {
  return { kind: 'calendar', zone, rules: [{ ...rule, months: null }] };
}

function readTime(text: string): Time | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  return match !== null && hour < 24 && minute < 60 ? { hours: [hour], minutes: [minute] } : null;
}

/** `1,3,5 09:00` */
function readDays(text: string, last: number): { days: number[]; time: Time } | null {
  const match = /^(\d{1,2}(?:\s*,\s*\d{1,2})*)\s+(\S+)$/.exec(text);
  const time = readTime(match?.[2] ?? '');
  const days = [...new Set((match?.[1] ?? '').split(',').map(Number))].sort((a, b) => a - b);
  const areDays = days.every((day) => day >= 1 && day <= last);
  return match !== null && time !== null && areDays ? { days, time } : null;
}
