/**
 * A clean text as words with their places. Scripts without blanks between words come one character a token; the phrases
 * of the lexicon put them together.
 */
import { foldWord } from './fold-word.ts';

export interface Token {
  /** Folded. */
  readonly word: string;
  /** In units of the clean text. */
  readonly start: number;
  readonly end: number;
  /** Counts up at the ends of sentences. */
  readonly sentence: number;
  /** Counts words; a sign of a script without blanks is half a word. */
  readonly position: number;
}

const PIECES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}])[\p{L}\p{M}\p{N}_])+(?:['’](?=\p{L})[\p{L}\p{M}]+)?|[.!?\n。！？;；]/gu;
const ASCII_PIECES = /[A-Za-z0-9_]+(?:'[A-Za-z]+)?|[.!?\n;]/g;
const ENDS = /[.!?\n。！？;；]/;
const FIRST_SIGN = '\u2e80';
const PLAIN = /^[\n\r\t -~]*$/;

export function tokenize(text: string): Token[] {
  const isPlain = PLAIN.test(text);
  const isLatinText = isPlain || isMostlyLatin(text);
  const tokens: Token[] = [];
  let sentence = 0;
  let position = 0;
  for (const match of text.matchAll(isPlain ? ASCII_PIECES : PIECES)) {
    const [piece] = match;
    if (piece.length === 1 && ENDS.test(piece)) {
      sentence++;
      continue;
    }
    const word = isPlain ? piece.toLowerCase() : folded(piece, isLatinText);
    position += isPlain || piece.length > 1 || piece < FIRST_SIGN ? 1 : 0.5;
    tokens.push({ word, start: match.index, end: match.index + piece.length, sentence, position });
  }
  return tokens;
}

/** Signs of scripts without case and accents are what they are. */
function folded(piece: string, isLatinText: boolean): string {
  if (piece.length === 1 && piece >= FIRST_SIGN) return piece;
  return foldWord(piece, isLatinText).replace('’', "'");
}

function isMostlyLatin(text: string): boolean {
  const latin = text.match(/[A-Za-z]/g)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return latin * 2 > letters;
}
