/** The beginning of a text that is too long to be read in full. */

/** At most so many UTF-16 units. No character is cut in two: one half would be no text. */
export function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  const isFirstHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isFirstHalf ? most - 1 : most);
}
