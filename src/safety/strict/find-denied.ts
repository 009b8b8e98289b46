/** Words of the denylist: as persona-lab finds them, and in what the text looks like (no invisible letters, any blanks). */
import type { Finding } from '../../core/safety/finding.ts';
import { type CleanText, originalSpan } from '../text/clean-text.ts';

export interface Denied {
  readonly keyword: string;
  readonly finding: Finding;
}

/** `denylist` is lower-cased. The first word of the list that stands anywhere. */
export function findDenied(clean: CleanText, denylist: readonly string[]): Denied | null {
  if (denylist.length === 0) return null;
  const plain = lowered(clean.original);
  const seen = lowered(clean.text);
  for (const keyword of denylist) {
    const at = plain.indexOf(keyword);
    if (at >= 0) return denied(keyword, at, at + keyword.length);
    const seenAt = seen.indexOf(keyword);
    if (seenAt < 0) continue;
    const { start, end } = originalSpan(clean, seenAt, seenAt + keyword.length);
    return denied(keyword, start, end);
  }
  return null;
}

/** A few letters grow in lower case; where spans would slip, case is left as it is. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

function denied(keyword: string, start: number, end: number): Denied {
  return {
    keyword,
    finding: { type: 'denylist', category: 'policy', start, end, score: 1, note: 'denylist' },
  };
}
