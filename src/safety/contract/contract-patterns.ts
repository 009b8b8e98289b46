/**
 * The two patterns of persona-lab in Python's meaning: digits of every script count, and letters of every script and `_`
 * are words. JavaScript's own `\d` and `\b` know ASCII only.
 */
const START = '(?<![\\p{L}\\p{N}_])';
const END = '(?![\\p{L}\\p{N}_])';

export const CONTRACT_PATTERNS = {
  ssn: new RegExp(`${START}\\p{Nd}{3}[- ]?\\p{Nd}{2}[- ]?\\p{Nd}{4}${END}`, 'u'),
  card: new RegExp(`${START}(?:\\p{Nd}[ -]*?){13,19}${END}`, 'u'),
} as const;
