/** Characters no text has: halves of a surrogate pair, and control characters other than line breaks and tabs. */
import type { Finding } from '../../core/safety/finding.ts';

const BROKEN = /[^\P{Cc}\n\r\t]|\p{Surrogate}/u;

/** The first one, or null. */
export function findMalformed(text: string): Finding | null {
  const match = BROKEN.exec(text);
  if (match === null) return null;
  const { index, 0: character } = match;
  const note = /\p{Cc}/u.test(character) ? 'control character' : 'half of a character';
  return {
    type: 'malformed',
    category: 'malformed',
    start: index,
    end: index + character.length,
    score: 1,
    note,
  };
}
