/** Wall clocks of time zones, by what the platform knows of them. "Local" times are epoch ms of the same digits in UTC. */

const FORMATS = new Map<string, Intl.DateTimeFormat>();
const DAY_MS = 86_400_000;

/** The zone's proper name, or null when nobody knows it. Offsets (`+02:00`) are no zones: they have no summer. */
export function zoneName(name: string): string | null {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What the clock on the wall shows at this instant (whole seconds). */
export function toLocal(epochMs: number, zone: string): number {
  if (zone === 'UTC') return epochMs;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(epochMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The instants at which the wall shows this, in order: none when clocks skip it, two when they show it twice. */
export function instantsOf(localMs: number, zone: string): number[] {
  if (zone === 'UTC') return [localMs];
  const offsets = [localMs - DAY_MS, localMs + DAY_MS].map((near) => toLocal(near, zone) - near);
  return [...new Set(offsets)]
    .map((offset) => localMs - offset)
    .filter((instant) => toLocal(instant, zone) === localMs)
    .sort((a, b) => a - b);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    FORMATS.set(zone, format);
  }
  return format;
}
