/** Personal data and secrets of a text, without overlaps, in its order. */
import type { SensitiveType } from '../../core/safety/redaction.ts';
import { findAddresses } from './find-addresses.ts';
import { findCards } from './find-cards.ts';
import { findEmails } from './find-emails.ts';
import { findIbans } from './find-ibans.ts';
import { findPhones } from './find-phones.ts';
import { findSecrets } from './find-secrets.ts';
import { findSsns } from './find-ssns.ts';
import type { Match } from './match.ts';

/** The surest first: where two overlap, the earlier one stays. */
const FINDERS: readonly (readonly [SensitiveType, (text: string) => Match[]])[] = [
  ['secret', findSecrets],
  ['email', findEmails],
  ['iban', findIbans],
  ['credit_card', findCards],
  ['us_ssn', findSsns],
  ['ip_address', findAddresses],
  ['phone', findPhones],
];
const DIGIT = /\d/;
const WITHOUT_DIGITS: readonly SensitiveType[] = ['secret', 'email'];

/** `types`: only these. */
export function findSensitive(text: string, types: readonly SensitiveType[]): Match[] {
  const hasDigits = DIGIT.test(text);
  const matches: Match[] = [];
  for (const [type, find] of FINDERS) {
    if (!types.includes(type) || (!hasDigits && !WITHOUT_DIGITS.includes(type))) continue;
    matches.push(...find(text));
  }
  return withoutOverlaps(matches);
}

function withoutOverlaps(matches: readonly Match[]): Match[] {
  const rank = new Map(matches.map((match, index) => [match, index]));
  const sorted = [...matches].sort((one, other) => one.start - other.start || one.end - other.end);
  const kept: Match[] = [];
  for (const match of sorted) {
    const last = kept.at(-1);
    if (last === undefined || match.start >= last.end) kept.push(match);
    else if ((rank.get(match) ?? 0) < (rank.get(last) ?? 0)) kept[kept.length - 1] = match;
  }
  return kept;
}
