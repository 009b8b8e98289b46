/** E-mail addresses, of every alphabet. */
import type { Match } from './match.ts';
import { SENSITIVE_PATTERNS } from './sensitive-patterns.ts';

export function findEmails(text: string): Match[] {
  if (!text.includes('@')) return [];
  const matches: Match[] = [];
  for (const { index, 0: found } of text.matchAll(SENSITIVE_PATTERNS.email)) {
    if (!found.includes('..'))
      matches.push({ type: 'email', start: index, end: index + found.length, score: 1 });
  }
  return matches;
}
