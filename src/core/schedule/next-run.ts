/** The next time a schedule fires, worked out as Temporal does: times that clocks skip are left out, doubled ones count twice. */
import type { CalendarRule } from './cron-fields.ts';
import type { ScheduleRule } from './schedule-rule.ts';
import { instantsOf, toLocal } from './zone-time.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** 29 February is at most eight years away. */
const MAX_DAYS = 366 * 9;

export interface ScheduleBounds {
  /** Intervals are counted from here (epoch ms). */
  readonly anchorMs: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** Epoch ms later than `afterMs` and within the bounds; null when there is none. */
export function nextRun(rule: ScheduleRule, afterMs: number, bounds: ScheduleBounds): number | null {
  const fromMs = Math.max(afterMs, (bounds.startMs ?? afterMs + 1) - 1);
  const next = nextOf(rule, fromMs, bounds.anchorMs);
  return next === null || (bounds.endMs !== null && next > bounds.endMs) ? null : next;
}

function nextOf(rule: ScheduleRule, afterMs: number, anchorMs: number): number | null {
  switch (rule.kind) {
    case 'once':
      return rule.atMs > afterMs ? rule.atMs : null;
    case 'interval': {
      const phase = intervalPhase(rule.everyMs, anchorMs);
      return (Math.floor((afterMs - phase) / rule.everyMs) + 1) * rule.everyMs + phase;
    }
    case 'calendar': {
      const times = rule.rules.flatMap((one) => nextMatch(one, rule.zone, afterMs) ?? []);
      return times.length === 0 ? null : Math.min(...times);
    }
  }
}

/** How far an interval's times lie from whole multiples since 1970, in ms (whole seconds). */
export function intervalPhase(everyMs: number, anchorMs: number): number {
  const phase = (Math.floor(anchorMs / 1_000) * 1_000) % everyMs;
  return phase < 0 ? phase + everyMs : phase;
}

function nextMatch(rule: CalendarRule, zone: string, afterMs: number): number | null {
  // Clocks jump by less than this: no time that is still to come lies before it.
  const localFrom = toLocal(afterMs, zone) - 3 * HOUR_MS;
  const firstDay = Math.floor(localFrom / DAY_MS) * DAY_MS;
  for (let day = 0; day < MAX_DAYS; day++) {
    const date = firstDay + day * DAY_MS;
    if (!isDayOf(rule, new Date(date))) continue;
    const found = firstOf(rule, zone, date, localFrom, afterMs);
    if (found !== null) return found;
  }
  return null;
}

function isDayOf({ daysOfMonth, months, daysOfWeek }: CalendarRule, date: Date): boolean {
  return (
    (daysOfMonth === null || daysOfMonth.includes(date.getUTCDate())) &&
    (months === null || months.includes(date.getUTCMonth() + 1)) &&
    (daysOfWeek === null || daysOfWeek.includes(date.getUTCDay()))
  );
}

/** Wall times in order are instants in order except where clocks go back: there the earliest of the next hours wins. */
function firstOf(
  rule: CalendarRule,
  zone: string,
  date: number,
  localFrom: number,
  afterMs: number,
): number | null {
  let best: { readonly instant: number; readonly local: number } | null = null;
  for (const hour of rule.hours) {
    for (const minute of rule.minutes) {
      const local = date + hour * HOUR_MS + minute * 60_000;
      if (local < localFrom) continue;
      if (best !== null && local > best.local + 3 * HOUR_MS) return best.instant;
      const instant = instantsOf(local, zone).find((one) => one > afterMs);
      if (instant !== undefined && (best === null || instant < best.instant)) best = { instant, local };
      if (zone === 'UTC' && best !== null) return best.instant;
    }
  }
  return best?.instant ?? null;
}
