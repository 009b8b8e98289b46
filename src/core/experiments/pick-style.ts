/** Which style an answer gets, by weights. */
import type { Weights } from './policy.ts';

/** `random`: from 0 up to, not including, 1; null = no chance: the highest weight, the first of equals. */
export function pickStyle(weights: Weights, random: number | null): string {
  const styles = Object.entries(weights);
  if (random === null) return highest(styles);
  const total = styles.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random * total;
  for (const [style, weight] of styles) {
    left -= weight;
    if (left < 0) return style;
  }
  // Rounding may leave a crumb.
  return highest(styles);
}

function highest(styles: readonly (readonly [string, number])[]): string {
  let best: readonly [string, number] = ['serious', Number.NEGATIVE_INFINITY];
  for (const entry of styles) if (entry[1] > best[1]) best = entry;
  return best[0];
}
