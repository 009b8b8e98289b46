/**
 * The text as a reader sees it: compatibility forms unfolded (NFKC), invisible characters taken out, every blank a space.
 * A map leads back to the text as it was given, so that spans are right. Case and alphabets stay as they are.
 */

export interface CleanText {
  readonly original: string;
  readonly text: string;
  /** By unit of `text`: where in `original` it begins; null: the two are the same. */
  readonly starts: readonly number[] | null;
  /** How many characters nobody can see stood behind a Latin letter, where no script needs them. */
  readonly hiddenCount: number;
}

const PLAIN = /^[\n\r\t -~]*$/;
/** Joiners, direction marks, fillers, soft hyphens, variation selectors: nothing on the page. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb]/u;
const INVISIBLES = /(?:\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb])/gu;
const DIGIT = /^\p{Nd}$/u;
const LETTER = /[A-Za-z]/;
const BLANK = /[\p{Z}\u0085]/u;
/** Tags that repeat ASCII without being seen: whole sentences were hidden in them. */
const TAGS = { first: 0xe0020, last: 0xe007e, base: 0xe0000 };

const unfolded = new Map<string, string>();
const MOST_KEPT = 20_000;

export function cleanText(original: string): CleanText {
  if (PLAIN.test(original)) return { original, text: original, starts: null, hiddenCount: 0 };
  const starts: number[] = [];
  let text = '';
  let hiddenCount = 0;
  let offset = 0;
  for (const character of original) {
    const seen = character < '\u0080' ? character : unfold(character);
    if (isTag(character) || (seen === '' && LETTER.test(text.at(-1) ?? ''))) hiddenCount++;
    text += seen;
    for (let unit = 0; unit < seen.length; unit++) starts.push(offset);
    offset += character.length;
  }
  return { original, text, starts, hiddenCount };
}

/** The text with a blank wherever something invisible stood: some write it instead of one. */
export function blankInvisible(text: string): string {
  return text.replace(INVISIBLES, ' ');
}

/** The span of the given text that units `start` to `end` of the clean one come from. */
export function originalSpan(clean: CleanText, start: number, end: number): { start: number; end: number } {
  if (clean.starts === null || end <= start) return { start, end };
  const last = clean.starts[end - 1] ?? clean.original.length;
  const unit = clean.original.codePointAt(last) ?? 0;
  return { start: clean.starts[start] ?? 0, end: last + (unit > 0xffff ? 2 : 1) };
}

function unfold(character: string): string {
  const known = unfolded.get(character);
  if (known !== undefined) return known;
  const made = make(character);
  if (unfolded.size < MOST_KEPT) unfolded.set(character, made);
  return made;
}

function make(character: string): string {
  if (isTag(character)) return String.fromCharCode((character.codePointAt(0) ?? 0) - TAGS.base);
  if (INVISIBLE.test(character)) return '';
  if (BLANK.test(character)) return ' ';
  const plain = character.normalize('NFKC');
  return DIGIT.test(plain) ? asciiDigit(plain) : plain;
}

/** Digits of an alphabet begin at a code point that ends in 0 or 6 (hexadecimal). */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const nibble = code & 0xf;
  return String(DIGIT.test(String.fromCodePoint(code - nibble)) ? nibble : nibble - 6);
}

function isTag(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= TAGS.first && code <= TAGS.last;
}
