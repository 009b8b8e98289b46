/** How good a share is at least, given how few cases it was seen in. */

const Z = 1.96;

/** The lower end of Wilson's 95 % interval of `positive` out of `count`; 0 when there are none. */
export function wilsonLowerBound(positive: number, count: number): number {
  if (count === 0) return 0;
  const share = positive / count;
  const centre = share + Z ** 2 / (2 * count);
  const margin = Z * ((share * (1 - share) + Z ** 2 / (4 * count)) / count) ** 0.5;
  return Math.max(0, (centre - margin) / (1 + Z ** 2 / count));
}
