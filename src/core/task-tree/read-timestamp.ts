/** Reads the time stamps clients send; a stamp without a zone is UTC, as the original server's are. */
import { isoMicros } from '../time.ts';

const SHAPE =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** The stamp as the contract prints it (ISO-8601, microseconds, `+00:00`), or null when it is none. */
export function readTimestamp(text: string): string | null {
  const match = SHAPE.exec(text);
  if (match === null) return null;
  const [, day, minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const epochMs = Date.parse(`${day}T${minutes}:${seconds}${offset}`);
  if (Number.isNaN(epochMs)) return null;
  return isoMicros(epochMs + Number(`0.${fraction.slice(0, 6) || '0'}`) * 1000);
}
