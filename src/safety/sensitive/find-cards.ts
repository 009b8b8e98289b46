/**
 * Payment cards: the check digit is right, and it is either an issuer's prefix with a length of that issuer's, or a word
 * nearby says that it is a card.
 */
import { hasContext } from './context.ts';
import type { Match } from './match.ts';
import { CONTEXT_WORDS, SENSITIVE_PATTERNS } from './sensitive-patterns.ts';

interface Issuer {
  readonly name: string;
  readonly prefixes: readonly (readonly [number, number])[];
  readonly lengths: readonly number[];
}

const SIXTEEN_UP = [16, 17, 18, 19];
/** Prefixes are ranges of equal length; the first issuer that fits counts. */
const ISSUERS: readonly Issuer[] = [
  {
    name: 'amex',
    prefixes: [
      [34, 34],
      [37, 37],
    ],
    lengths: [15],
  },
  { name: 'jcb', prefixes: [[35, 35]], lengths: SIXTEEN_UP },
  {
    name: 'jcb',
    prefixes: [
      [2131, 2131],
      [1800, 1800],
    ],
    lengths: [15],
  },
  {
    name: 'diners',
    prefixes: [
      [300, 305],
      [3095, 3095],
      [36, 36],
      [38, 39],
    ],
    lengths: [14, 15, 16, 17, 18, 19],
  },
  {
    name: 'mastercard',
    prefixes: [
      [51, 55],
      [2221, 2720],
    ],
    lengths: [16],
  },
  { name: 'mir', prefixes: [[2200, 2204]], lengths: SIXTEEN_UP },
  { name: 'visa', prefixes: [[4, 4]], lengths: [13, 16, 19] },
  {
    name: 'discover',
    prefixes: [
      [6011, 6011],
      [644, 649],
      [65, 65],
    ],
    lengths: SIXTEEN_UP,
  },
  {
    name: 'unionpay',
    prefixes: [
      [62, 62],
      [81, 81],
    ],
    lengths: SIXTEEN_UP,
  },
  { name: 'uatp', prefixes: [[1, 1]], lengths: [15] },
  {
    name: 'maestro',
    prefixes: [
      [50, 50],
      [56, 59],
      [63, 63],
      [67, 67],
      [6390, 6390],
    ],
    lengths: [12, 13, 14, 15, 16, 17, 18, 19],
  },
];
/** From so many digits on, issuer and check digit are enough; another number needs a word that says what it is. */
const SURE_DIGITS = 14;
/** Their prefixes say little: one number in ten would be a card. */
const WEAK_ISSUERS = ['uatp', 'maestro'];

export function findCards(text: string): Match[] {
  const matches: Match[] = [];
  for (const { index, 0: found } of text.matchAll(SENSITIVE_PATTERNS.card)) {
    const digits = found.replace(/\D/g, '');
    if (!isLuhn(digits)) continue;
    const end = index + found.length;
    const issuer = issuerOf(digits);
    const isSure = issuer !== null && digits.length >= SURE_DIGITS && !WEAK_ISSUERS.includes(issuer);
    if (!isSure && !hasContext(text, index, end, CONTEXT_WORDS.card)) continue;
    const note = issuer ?? 'unknown issuer';
    matches.push({ type: 'credit_card', start: index, end, score: isSure ? 1 : 0.9, note });
  }
  return matches;
}

function issuerOf(digits: string): string | null {
  const found = ISSUERS.find(
    ({ prefixes, lengths }) =>
      lengths.includes(digits.length) &&
      prefixes.some(([from, to]) => {
        const start = Number(digits.slice(0, String(from).length));
        return start >= from && start <= to;
      }),
  );
  return found?.name ?? null;
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
