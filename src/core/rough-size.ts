/** How much memory a JSON value takes, for caches that must stay small. */

/** Bytes, roughly, and cheap for the usual small values: strings are what grows. */
export function roughSize(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (depth > 50) return 1_000;
  let size = 16;
  for (const item of Object.values(value)) size += 16 + roughSize(item, depth + 1);
  return size;
}
