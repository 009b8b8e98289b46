/** Texts as the first system, written in Python, made them: its idea of white space and its time stamps. */
import { isoMicros } from '../time.ts';

/** What `str.strip` takes away: Unicode's spaces and four control characters, but no byte order mark. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING = new RegExp(`^${SPACE}+`);
const IS_SPACE = new RegExp(`^${SPACE}$`);

export function pythonStrip(text: string): string {
  // No pattern for the end: on a long run of inner spaces it would take quadratic time.
  let end = text.length;
  while (end > 0 && IS_SPACE.test(text[end - 1] as string)) end--;
  return text.slice(0, end).replace(LEADING, '');
}

/** `2026-11-21T02:37:27.242699+00:00`; without the fraction when it is zero. */
export function pythonIso(epochMs: number): string {
  return isoMicros(epochMs).replace('.000000', '');
}
