/** Social security numbers of the United States: area, group and serial within what was ever given out. */
import { hasContext } from './context.ts';
import type { Match } from './match.ts';
import { CONTEXT_WORDS, SENSITIVE_PATTERNS } from './sensitive-patterns.ts';

export function findSsns(text: string): Match[] {
  const matches: Match[] = [];
  for (const match of text.matchAll(SENSITIVE_PATTERNS.ssn)) {
    const [found, separator] = match;
    const end = match.index + found.length;
    if (!isIssued(found.replace(/\D/g, ''))) continue;
    const isNamed = hasContext(text, match.index, end, CONTEXT_WORDS.ssn);
    // Nine digits alone are an order number; with points or blanks they may be anything.
    if (separator === '-' || isNamed)
      matches.push({ type: 'us_ssn', start: match.index, end, score: isNamed ? 1 : 0.85 });
  }
  return matches;
}

function isIssued(digits: string): boolean {
  const area = Number(digits.slice(0, 3));
  return (
    area !== 0 && area !== 666 && area < 900 && digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000'
  );
}
