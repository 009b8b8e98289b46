/** VTIMEZONE: the changes of a zone's clock over some years, each as an observance of its own (RFC 5545, 3.6.5). */
import { icalLocal } from './ical-text.ts';
import { toLocal } from './zone-time.ts';

const DAY_MS = 86_400_000;
/** Calendars know the zone by its name; these are for those that do not. */
const YEARS_BEHIND = 1;
const YEARS_AHEAD = 5;

export function icalZone(zone: string, nowMs: number): string[] {
  const fromMs = nowMs - YEARS_BEHIND * 366 * DAY_MS;
  const toMs = nowMs + YEARS_AHEAD * 366 * DAY_MS;
  const lines = ['BEGIN:VTIMEZONE', `TZID:${zone}`];
  let offset = offsetAt(fromMs, zone);
  lines.push(...observance(fromMs, offset, offset));
  for (let day = fromMs; day < toMs; day += DAY_MS) {
    const next = offsetAt(day + DAY_MS, zone);
    if (next === offset) continue;
    lines.push(...observance(changeBetween(day, day + DAY_MS, zone), offset, next));
    offset = next;
  }
  return [...lines, 'END:VTIMEZONE'];
}

function offsetAt(epochMs: number, zone: string): number {
  const second = Math.floor(epochMs / 1_000) * 1_000;
  return toLocal(second, zone) - second;
}

function changeBetween(fromMs: number, toMs: number, zone: string): number {
  const before = offsetAt(fromMs, zone);
  let [low, high] = [Math.floor(fromMs / 1_000), Math.ceil(toMs / 1_000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1_000, zone) === before) low = middle;
    else high = middle;
  }
  return high * 1_000;
}

function observance(atMs: number, from: number, to: number): string[] {
  const kind = to > from ? 'DAYLIGHT' : 'STANDARD';
  return [
    `BEGIN:${kind}`,
    `DTSTART:${icalLocal(atMs + from)}`,
    `TZOFFSETFROM:${offsetText(from)}`,
    `TZOFFSETTO:${offsetText(to)}`,
    `END:${kind}`,
  ];
}

function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const digits = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetMs < 0 ? '-' : '+'}${digits.join('')}`;
}
