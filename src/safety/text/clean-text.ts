/**
 * The text as a reader sees it: compatibility forms unfolded (NFKC), invisible characters taken out, every blank a space.
 * A map leads back to the text as it was given, so that spans are right. Case and alphabets stay as they are.
 */

export interface CleanText {
  readonly original: string;
  readonly text: string;
  /** By unit of `text`: where in `original` it begins; null: the two are the same. */
  readonly starts: readonly number[] | null;
  /** How many characters were taken out that nobody can see. */
  readonly hiddenCount: number;
}

const PLAIN = /^[\n\r\t -~]*$/;
/** Joiners, direction marks, fillers, soft hyphens, variation selectors: nothing on the page. */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0100}-\u{e01ef}\u{1d173}-\u{1d17a}]/u;
const BLANK = /[\p{Z}\u0085\u000b\u000c]/u;
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
    if (seen === '' || isTag(character)) hiddenCount++;
    text += seen;
    for (let unit = 0; unit < seen.length; unit++) starts.push(offset);
    offset += character.length;
  }
  return { original, text, starts, hiddenCount };
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
  if (INVISIBLE.test(character)) return '';
  if (isTag(character)) return String.fromCharCode((character.codePointAt(0) ?? 0) - TAGS.base);
  if (BLANK.test(character)) return ' ';
  return character.normalize('NFKC');
}

function isTag(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= TAGS.first && code <= TAGS.last;
}
