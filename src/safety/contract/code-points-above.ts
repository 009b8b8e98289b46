/** UTF-16 units are never fewer than code points, so a text with few units need not be counted: then it is the units. */
export function codePointsAbove(text: string, most: number): number {
  if (text.length <= most) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}
