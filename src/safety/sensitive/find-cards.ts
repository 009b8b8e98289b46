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
const MOST_DIGITS = 19;
/** As people write cards: in one piece, in fours, or as American Express and Diners do. */
const WRITTEN = /^(?:\d{12,19}|\d{4} \d{4} \d{4} \d{1,4}(?: \d{3})?|\d{4} \d{6} \d{4,5})$/;
const MOST_GROUPS = 5;
/** Their prefixes say little: one number in ten would be a card. */
const WEAK_ISSUERS = ['uatp', 'maestro'];

export function findCards(text: string): Match[] {
  const matches: Match[] = [];
  for (const { index, 0: found } of text.matchAll(SENSITIVE_PATTERNS.card)) {
    const isNamed = hasContext(text, index, index + found.length, CONTEXT_WORDS.card);
    const whole = cardAt(found, index, isNamed);
    if (whole !== null) matches.push(whole);
    else matches.push(...cardsWithin(found, index, isNamed));
  }
  return matches;
}

/** A card and what stands behind it without anything but a blank: a date, a code, another card. */
function cardsWithin(found: string, offset: number, isNamed: boolean): Match[] {
  const groups = [...found.matchAll(/\d+/g)].map(({ index, 0: digits }) => ({
    index,
    end: index + digits.length,
  }));
  const matches: Match[] = [];
  for (let first = 0; first < groups.length; first++) {
    for (let last = first; last < Math.min(groups.length, first + MOST_GROUPS); last++) {
      const start = groups[first]?.index ?? 0;
      const part = found.slice(start, groups[last]?.end);
      const match = WRITTEN.test(part.replaceAll('-', ' ')) ? cardAt(part, offset + start, isNamed) : null;
      if (match === null) continue;
      matches.push(match);
      first = last;
      break;
    }
  }
  return matches;
}

function cardAt(found: string, start: number, isNamed: boolean): Match | null {
  const digits = found.replace(/\D/g, '');
  if (digits.length > MOST_DIGITS || !isLuhn(digits)) return null;
  const issuer = issuerOf(digits);
  const isSure = issuer !== null && digits.length >= SURE_DIGITS && !WEAK_ISSUERS.includes(issuer);
  if (!isSure && !isNamed) return null;
  const note = issuer ?? 'unknown issuer';
  return { type: 'credit_card', start, end: start + found.length, score: isSure ? 1 : 0.9, note };
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
