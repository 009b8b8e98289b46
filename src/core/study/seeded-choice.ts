/** Choices that look like chance and are the same each time for the same words: demo turns must not change on a retry. */

/** FNV-1a over UTF-16 units, then mixed: near texts give far numbers. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\u0000')) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x7feb352d);
  hash ^= hash >>> 15;
  return hash >>> 0;
}

/** `choices` must not be empty. */
export function choose<Choice>(choices: readonly Choice[], seed: number): Choice {
  return choices[seed % choices.length] as Choice;
}
