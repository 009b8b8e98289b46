/** Calendars of scheduled tasks: escaped, folded, with rules and zones that calendar programs understand. */
import { describe, expect, it } from 'vitest';
import { icalCalendar } from '../../../src/core/schedule/ical-calendar.ts';
import type { TaskRecord } from '../../../src/core/task.ts';
import { sampleTask } from '../../store/sample-tasks.ts';

const nowMs = Date.parse('2026-11-21T10:00:00Z');

function calendar(over: Partial<TaskRecord>): string[] {
  const task = sampleTask('task-1', { schedule_enabled: true, name: 'A task', ...over });
  const text = icalCalendar([task], { name: 'Mine, all', baseUrl: 'https://tasks.example/', nowMs });
  expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  return text.replaceAll('\r\n ', '').split('\r\n');
}

describe('an iCalendar file', () => {
  it.each<[Partial<TaskRecord>, string, string | undefined]>([
    [
      { schedule_type: 'once', schedule_expression: '2026-12-01T09:00:00Z' },
      'DTSTART:20261201T090000Z',
      undefined,
    ],
    [
      {
        schedule_type: 'interval',
        schedule_expression: '7200',
        created_at: '2026-11-21T09:30:00.000000+00:00',
      },
      'DTSTART:20261121T113000Z',
      'RRULE:FREQ=HOURLY;INTERVAL=2',
    ],
    [
      { schedule_type: 'weekly', schedule_expression: '1,5 09:00', max_runs: 5, run_count: 2 },
      'DTSTART:20261123T090000Z',
      'RRULE:FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3',
    ],
    [
      {
        schedule_type: 'monthly',
        schedule_expression: 'TZ=Europe/Berlin 1 09:00',
        schedule_end_at: '2027-06-01T00:00:00.000000+00:00',
      },
      'DTSTART;TZID=Europe/Berlin:20261201T090000',
      'RRULE:FREQ=MONTHLY;BYMONTHDAY=1;UNTIL=20270601T000000Z',
    ],
    [
      { schedule_type: 'cron', schedule_expression: '0,30 9 * 12 *' },
      'DTSTART:20261201T090000Z',
      'RRULE:FREQ=DAILY;BYMONTH=12;BYHOUR=9;BYMINUTE=0,30',
    ],
  ])('%j', (task, start, rule) => {
    const lines = calendar(task);
    expect(lines).toContain(start);
    expect(lines.find((line) => line.startsWith('RRULE'))).toBe(rule);
  });

  it('escapes what people write, folds long lines between characters, and links to the task', () => {
    const name = `${'ü€😀'.repeat(30)}; a, b\\c\nEND:VEVENT`;
    const lines = calendar({ schedule_type: 'daily', schedule_expression: '09:00', name });
    expect(lines).toContain(`SUMMARY:${'ü€😀'.repeat(30)}\\; a\\, b\\\\c\\nEND:VEVENT`);
    expect(lines.filter((line) => line === 'END:VEVENT')).toHaveLength(1);
    expect(lines).toContain('X-WR-CALNAME:Mine\\, all');
    expect(lines).toContain('URL:https://tasks.example/tasks/task-1');
  });

  it('describes the zones it names', () => {
    const lines = calendar({ schedule_type: 'daily', schedule_expression: 'TZ=Europe/Berlin 09:00' });
    const summer = lines.indexOf('DTSTART:20270328T020000');
    expect(lines.slice(summer - 1, summer + 4)).toEqual([
      'BEGIN:DAYLIGHT',
      'DTSTART:20270328T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'END:DAYLIGHT',
    ]);
  });
});
