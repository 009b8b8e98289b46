/** International bank account numbers: the length of their country, and check digits that are right (mod 97). */
import type { Match } from './match.ts';
import { SENSITIVE_PATTERNS } from './sensitive-patterns.ts';

/** By country (the registry of SWIFT). */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18
   FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21
   LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24
   SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .split(/\s+/)
    .map((row) => [row.slice(0, 2), Number(row.slice(2))]),
);

export function findIbans(text: string): Match[] {
  const matches: Match[] = [];
  for (const { index, 0: start } of text.matchAll(SENSITIVE_PATTERNS.ibanStart)) {
    const length = LENGTHS.get(start.slice(0, 2).toUpperCase());
    const read = length === undefined ? null : readExactly(text, index, length);
    if (read !== null && isValid(read.account.toUpperCase()))
      matches.push({ type: 'iban', start: index, end: read.end, score: 1 });
  }
  return matches;
}

/** So many letters and digits, with single blanks or dashes between; null when the number goes on or ends too early. */
function readExactly(text: string, start: number, length: number): { account: string; end: number } | null {
  let account = '';
  let position = start;
  while (account.length < length) {
    let character = text[position] ?? '';
    if (character === ' ' || character === '-') character = text[++position] ?? '';
    if (!/[A-Za-z0-9]/.test(character)) return null;
    account += character;
    position++;
  }
  return /[A-Za-z0-9]/.test(text[position] ?? '') ? null : { account, end: position };
}

function isValid(account: string): boolean {
  let remainder = 0;
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
