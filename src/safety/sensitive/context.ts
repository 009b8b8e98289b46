/** Words before or behind a value that say what it is. */
const NEAR_CHARS = 60;

/** Whether one of the words stands near. `words` has no flag `g`. */
export function hasContext(text: string, start: number, end: number, words: RegExp): boolean {
  return (
    words.test(text.slice(Math.max(0, start - NEAR_CHARS), start)) ||
    words.test(text.slice(end, end + NEAR_CHARS / 2))
  );
}
