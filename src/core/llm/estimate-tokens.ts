/**
 * About how many tokens a text or a request is, without any vendor's dictionary. Rather too many than too few: budgets
 * are held by it before a call, where nobody can count exactly. How far off it is stands in docs/models.md.
 */
import type { ChatRequest } from './chat.ts';
import { inputTexts } from './input-texts.ts';

/** Letters of a word that are one token at least: common words are one, rare ones a few. */
const LETTERS_PER_TOKEN = 4;
/** Nobody's words are this long. */
const LONG_WORD = 40;
/** Of keys and codes, in which few characters stand together often. */
const CODE_TOKENS = 0.7;
const DIGITS_PER_TOKEN = 2;
/** Lines of dashes and wide gaps. */
const REPEATS_PER_TOKEN = 8;
const BLANKS_PER_TOKEN = 16;
const CJK_TOKENS = 1.5;
/** Of pictograms and rare scripts. */
const ASTRAL_TOKENS = 3;

/** Codes are long and have digits. Words end where small letters turn into large ones. A punctuation mark that is repeated is one part. */
const PARTS =
  /(?=[A-Za-z]{0,24}\d)[A-Za-z\d]{24,}|[A-Z]*[a-z]+|[A-Z]+|\d+|\s+|([!-/:-@[-`{-~])\1*|[^A-Za-z\d\s]/gu;

/** 0 for an empty text. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const match of text.matchAll(PARTS)) {
    const [part, mark] = match;
    tokens +=
      mark === undefined ? partTokens(part, text, match.index) : Math.ceil(part.length / REPEATS_PER_TOKEN);
  }
  return Math.ceil(tokens);
}

function partTokens(part: string, text: string, index: number): number {
  const first = part.codePointAt(0) ?? 0;
  if (/^\s/.test(part)) return blankTokens(part, text.charCodeAt(index + part.length));
  if (first < 0x80 && part.length >= 24 && /\d/.test(part)) return part.length * CODE_TOKENS;
  if (first < 0x3a) return Math.ceil(part.length / DIGITS_PER_TOKEN);
  if (first < 0x80) return Math.ceil(part.length / (part.length > LONG_WORD ? 2 : LETTERS_PER_TOKEN));
  if (first > 0xffff) return ASTRAL_TOKENS;
  // Beyond ASCII a character is a token; in East Asia many are less than one, and rare ones several.
  return first < 0x3000 ? 1 : CJK_TOKENS;
}

/** A single blank belongs to the word behind it. */
function blankTokens(part: string, next: number): number {
  const isLetter = (next > 0x40 && next < 0x5b) || (next > 0x60 && next < 0x7b) || next > 0x7f;
  if (part === ' ' && (isLetter || Number.isNaN(next))) return 0;
  return 1 + Math.floor(part.length / BLANKS_PER_TOKEN);
}

/** All that goes in: messages, images, tools and the wanted form. */
export function estimateInputTokens(request: ChatRequest): number {
  const { texts, otherTokens } = inputTexts(request);
  return texts.reduce((sum, text) => sum + estimateTokens(text), otherTokens);
}
