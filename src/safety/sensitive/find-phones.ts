/**
 * Phone numbers. With a country's code the numbering plans decide; without one a word nearby must say that it is a phone
 * number, or it must be written as people write the numbers of some country's plan.
 */
import { hasContext } from './context.ts';
import type { Match } from './match.ts';
import { phonePlans } from './phone-plans.ts';
import { CONTEXT_WORDS, SENSITIVE_PATTERNS } from './sensitive-patterns.ts';

/** Area code in brackets or dashes, as in North America. */
const NORTH_AMERICAN = /^(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}(?: ?(?:x|ext).*)?$/i;
const DATE = /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T]|$)|^(?:19|20)\d\d[ -]+(?:19|20)\d\d$/;
const EXTENSION = / ?(?:x|ext\.?|extension) ?\d+$/i;

export function findPhones(text: string): Match[] {
  const matches: Match[] = [];
  for (const { index, 0: found } of text.matchAll(SENSITIVE_PATTERNS.phone)) {
    if ((found.match(/\(/g)?.length ?? 0) !== (found.match(/\)/g)?.length ?? 0) || DATE.test(found)) continue;
    const end = index + found.length;
    const score = scoreOf(found, isNamedPhone(text, index, end));
    if (score > 0) matches.push({ type: 'phone', start: index, end, score });
  }
  return matches;
}

function isNamedPhone(text: string, start: number, end: number): boolean {
  return (
    hasContext(text, start, end, CONTEXT_WORDS.phone) ||
    CONTEXT_WORDS.phoneLabelBefore.test(text.slice(Math.max(0, start - 16), start)) ||
    CONTEXT_WORDS.phoneLabelBehind.test(text.slice(end, end + 12))
  );
}

function scoreOf(found: string, isNamed: boolean): number {
  const number = found.replace(EXTENSION, '');
  if (number.startsWith('+') || number.startsWith('00')) {
    const international = number.replace(/^00/, '+').replace('(0)', '');
    if (phonePlans().isValidPhoneNumber(international)) return 1;
    return isNamed && phonePlans().isPossiblePhoneNumber(international) ? 0.7 : 0;
  }
  if (NORTH_AMERICAN.test(found)) return isNamed || phonePlans().isValidPhoneNumber(number, 'US') ? 0.9 : 0.6;
  const digits = number.replace(/\D/g, '');
  if (!isNamed || digits.length < 7 || digits.length > 13) return 0;
  // Without any separator the word nearby must do, and a long row of digits is an account or an order.
  return digits === number && digits.length > 11 ? 0 : 0.7;
}
