/** Keys and tokens that somebody could use. Placeholders (`YOUR_API_KEY`, `xxxx`) are none. */
import type { Match } from './match.ts';
import { SECRET_ASSIGNMENT, SECRET_PATTERNS } from './secret-patterns.ts';

const PLACEHOLDER =
  /(?:your|example|placeholder|changeme|redacted|dummy|sample|insert|replace|xxxx|\*\*\*|\.\.\.|…|0000000|1234567890abcdef|<|\$\{?[A-Z_])/i;
/** Of a URL in documentation. */
const EXAMPLE_LOGIN = /:(?:pass(?:word|wd)?|pwd|secret|guest|some\w{1,20}|my\w{1,20})@$/i;
/** Bits a character; a word of a language has less than a made value. */
const LEAST_ENTROPY = 3;

export function findSecrets(text: string): Match[] {
  const matches: Match[] = [];
  for (const [note, pattern] of Object.entries(SECRET_PATTERNS)) {
    for (const { index, 0: found } of text.matchAll(pattern)) {
      if (note !== 'private_key' && (PLACEHOLDER.test(found) || EXAMPLE_LOGIN.test(found))) continue;
      matches.push({ type: 'secret', start: index, end: index + found.length, score: 0.95, note });
    }
  }
  for (const match of text.matchAll(SECRET_ASSIGNMENT)) {
    const [found, value = ''] = match;
    if (!isMadeValue(value)) continue;
    const end = match.index + found.length;
    matches.push({ type: 'secret', start: end - value.length, end, score: 0.7, note: 'assignment' });
  }
  return matches;
}

/** Letters with digits or signs among them, and no word. */
function isMadeValue(value: string): boolean {
  const hasMixture = /\d/.test(value) && /[A-Za-z]/.test(value);
  return hasMixture && !PLACEHOLDER.test(value) && entropy(value) >= LEAST_ENTROPY;
}

function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
