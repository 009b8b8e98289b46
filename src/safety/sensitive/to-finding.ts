/** A match as it is shown: with its place in the text as it was given. */
import type { Finding } from '../../core/safety/finding.ts';
import { type CleanText, originalSpan } from '../text/clean-text.ts';
import type { Match } from './match.ts';

export function toFinding(clean: CleanText, { type, start, end, score, note }: Match): Finding {
  const category = type === 'secret' ? 'secret' : 'pii';
  return {
    type,
    category,
    ...originalSpan(clean, start, end),
    score,
    ...(note === undefined ? {} : { note }),
  };
}
