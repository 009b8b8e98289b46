/** What a schedule may say, and when it comes next: also where clocks jump. */
import { describe, expect, it } from 'vitest';
import { nextRun } from '../../../src/core/schedule/next-run.ts';
import { readRule, type ScheduleType } from '../../../src/core/schedule/schedule-rule.ts';

/** The next times after `from`, as ISO texts without fractions. */
function times(type: ScheduleType, expression: string, from: string, count = 1, bounds = {}): string[] {
  const reading = readRule(type, expression);
  if ('problem' in reading) throw new Error(reading.problem);
  const found: string[] = [];
  for (let at = Date.parse(from); found.length < count; ) {
    const next = nextRun(reading.rule, at, { anchorMs: 0, startMs: null, endMs: null, ...bounds });
    if (next === null) break;
    found.push(new Date(next).toISOString().slice(0, 19));
    at = next;
  }
  return found;
}

describe('what comes next', () => {
  it.each<[ScheduleType, string, string, string[]]>([
    ['once', '2026-11-21T09:00:00Z', '2026-11-21T08:59:59Z', ['2026-11-21T09:00:00']],
    ['once', '2026-11-21T09:00:00Z', '2026-11-21T09:00:00Z', []],
    ['once', 'TZ=Europe/Berlin 2026-07-01T09:00', '2026-01-01T00:00:00Z', ['2026-07-01T07:00:00']],
    ['interval', '90', '1970-01-01T00:00:01Z', ['1970-01-01T00:01:30', '1970-01-01T00:03:00']],
    ['daily', '09:30', '2026-12-31T09:30:00Z', ['2027-01-01T09:30:00', '2027-01-02T09:30:00']],
    ['weekly', '1,7 06:00', '2026-11-21T12:00:00Z', ['2026-11-22T06:00:00', '2026-11-23T06:00:00']],
    ['monthly', '31 00:00', '2026-01-31T00:00:00Z', ['2026-03-31T00:00:00', '2026-05-31T00:00:00']],
    ['cron', '*/20 8-9 * * mon', '2026-11-23T08:30:00Z', ['2026-11-23T08:40:00', '2026-11-23T09:00:00']],
    ['cron', '0 0 29 2 *', '2097-01-01T00:00:00Z', ['2104-02-29T00:00:00']],
    // Both day fields say something: either will do.
    ['cron', '0 0 13 * 5', '2026-11-09T00:00:00Z', ['2026-11-13T00:00:00', '2026-11-20T00:00:00']],
    ['cron', '@weekly', '2026-11-21T00:00:00Z', ['2026-11-22T00:00:00']],
  ])('%s %s', (type, expression, from, expected) => {
    expect(times(type, expression, from, Math.max(1, expected.length))).toEqual(expected);
  });

  it('keeps to the wall clock of its zone; a time that is skipped is left out, one shown twice comes twice', () => {
    expect(times('daily', 'TZ=Europe/Berlin 09:00', '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T08:00:00',
      '2026-03-29T07:00:00',
    ]);
    expect(times('daily', 'TZ=Europe/Berlin 02:30', '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T01:30:00',
      '2026-03-30T00:30:00',
    ]);
    expect(times('daily', 'TZ=Europe/Berlin 02:30', '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:30:00',
      '2026-10-25T01:30:00',
      '2026-10-26T01:30:00',
    ]);
  });

  it('stays within its bounds', () => {
    const startMs = Date.parse('2026-12-01T00:00:00Z');
    const endMs = Date.parse('2026-12-02T00:00:00Z');
    const bounds = { startMs, endMs, anchorMs: startMs };
    expect(times('daily', '00:00', '2026-11-21T00:00:00Z', 5, bounds)).toEqual([
      '2026-12-01T00:00:00',
      '2026-12-02T00:00:00',
    ]);
  });
});

describe('what is refused', () => {
  it.each<[ScheduleType, string, RegExp]>([
    ['once', 'tomorrow', /ISO-8601/],
    ['once', 'TZ=Europe/Berlin 2026-03-29T02:30', /skip/],
    ['interval', '0', /whole number of seconds/],
    ['interval', '1.5', /whole number of seconds/],
    ['interval', '', /whole number of seconds/],
    ['daily', '24:00', /time of day/],
    ['weekly', '0 09:00', /days of the week/],
    ['weekly', '1 9', /days of the week/],
    ['monthly', '32 09:00', /days of the month/],
    ['cron', '* * * *', /5 fields/],
    ['cron', '60 * * * *', /minute.*0-59/],
    ['cron', '* * * * mon-', /day of week/],
    ['cron', '*/0 * * * *', /minute/],
    ['cron', '5-1 * * * *', /minute/],
    ['daily', 'TZ=Mars/Base 09:00', /time zone 'Mars\/Base'/],
    ['daily', 'TZ=+02:00 09:00', /time zone/],
  ])('%s %j', (type, expression, problem) => {
    const reading = readRule(type, expression);
    expect('problem' in reading && reading.problem).toMatch(problem);
  });
});
