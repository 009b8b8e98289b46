/**
 * Texts that are written so that a filter does not read them but a model does: base64, hex, escapes, rot13, reversed,
 * digits for letters, letters spelled out. One level deep; all of them together are no longer than a few times the text.
 */
import { ENGLISH_WORDS } from '../injection/word-classes.ts';
import type { Token } from './tokenize.ts';

export interface HiddenText {
  readonly kind: 'base64' | 'hex' | 'escapes' | 'rot13' | 'reversed' | 'leet' | 'spelled' | 'invisible';
  readonly text: string;
  /** What it was read from, in units of the clean text. */
  readonly start: number;
  readonly end: number;
}

export const HIDDEN_PATTERNS = {
  base64: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}/g,
  hex: /(?<![0-9A-Za-z])(?:[0-9a-f]{2}[ :,]?){12,}/gi,
  escapes: /&#(\d{2,7});|&#x([0-9a-f]{2,6});|%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi,
  leet: /[A-Za-z0-9@$!|]+/g,
  spelled: /(?<![A-Za-z0-9])(?:[A-Za-z][ ._*-]{1,3}){5,}[A-Za-z](?![A-Za-z0-9])/g,
} as const;

const MOST_WHOLE_CHARS = 100_000;
const FEWEST_ESCAPES = 8;
const FEWEST_LEET_WORDS = 2;
const FEWEST_PROBED_WORDS = 3;

/** `tokens` are those of the text. */
export function hiddenTexts(text: string, tokens: readonly Token[]): HiddenText[] {
  const whole = (kind: HiddenText['kind'], hidden: string | null): HiddenText[] =>
    hidden === null ? [] : [{ kind, text: hidden, start: 0, end: text.length }];
  const found = [
    ...runs(text, 'base64', fromBase64),
    ...runs(text, 'hex', fromHex),
    ...runs(text, 'spelled', unspell),
  ];
  if (text.length > MOST_WHOLE_CHARS) return found;
  found.push(...whole('escapes', unescaped(text)), ...whole('leet', unleet(text)));
  if (countProbes(tokens, ROT13_PROBES) >= FEWEST_PROBED_WORDS) found.push(...whole('rot13', rot13(text)));
  if (countProbes(tokens, REVERSED_PROBES) >= FEWEST_PROBED_WORDS)
    found.push(...whole('reversed', reversed(text)));
  return found;
}

function runs(
  text: string,
  kind: 'base64' | 'hex' | 'spelled',
  read: (run: string) => string | null,
): HiddenText[] {
  const found: HiddenText[] = [];
  for (const { index, 0: run } of text.matchAll(HIDDEN_PATTERNS[kind])) {
    const hidden = read(run);
    if (hidden !== null) found.push({ kind, text: hidden, start: index, end: index + run.length });
  }
  return found;
}

function fromBase64(run: string): string | null {
  // A word or a path has only one case or no blanks when decoded.
  return readable(Buffer.from(run, 'base64').toString('utf8'));
}

function fromHex(run: string): string | null {
  return readable(Buffer.from(run.replace(/[ :,]/g, ''), 'hex').toString('utf8'));
}

/** Words with blanks between them, or nothing: most such runs are no text at all. */
function readable(text: string): string | null {
  const words = text.match(/[\p{L}\p{N} .,:;!?'"\n-]/gu)?.length ?? 0;
  return text.includes(' ') && words >= text.length * 0.9 ? text : null;
}

function unspell(run: string): string {
  return run
    .replace(/[ ._*-]{2,3}/g, '\u0000')
    .replace(/[ ._*-]/g, '')
    .replaceAll('\u0000', ' ');
}

function unescaped(text: string): string | null {
  let count = 0;
  const plain = text.replace(HIDDEN_PATTERNS.escapes, (whole: string, ...groups: (string | undefined)[]) => {
    const [decimal, hex, percent, unicode, byte] = groups;
    const code =
      decimal === undefined ? Number.parseInt(hex ?? percent ?? unicode ?? byte ?? '', 16) : Number(decimal);
    if (!(code <= 0x10ffff)) return whole;
    count++;
    return String.fromCodePoint(code);
  });
  return count >= FEWEST_ESCAPES ? plain : null;
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
};

/** Only words that mix letters and look-alikes in their middle: a year or a sum of money stays what it is. */
function unleet(text: string): string | null {
  let count = 0;
  const plain = text.replace(HIDDEN_PATTERNS.leet, (word) => {
    const core = word.endsWith('!') ? word.slice(0, -1) : word;
    if (core.length < 3 || !/[A-Za-z]/.test(core) || !/[013457@$!|]/.test(core)) return word;
    count++;
    return core.replace(/[0134578@$!|]/g, (character) => LEET[character] ?? character);
  });
  return count >= FEWEST_LEET_WORDS ? plain : null;
}

function rot13(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

const PROBES = [
  ENGLISH_WORDS.override,
  ENGLISH_WORDS.instruction,
  ENGLISH_WORDS.reveal,
  ENGLISH_WORDS.prior,
  'the, your, you, all, system, without, and, are, now, with',
]
  .join(', ')
  .split(/,\s*/)
  .filter((word) => /^[a-z]{3,}$/.test(word));
const ROT13_PROBES = new Set(PROBES.map(rot13));
const REVERSED_PROBES = new Set(PROBES.map(reversed));

function countProbes(tokens: readonly Token[], probes: ReadonlySet<string>): number {
  let count = 0;
  for (const { word } of tokens) if (probes.has(word)) count++;
  return count;
}
