/** The numbers that a window is weighed by: one a feature, then its length. */
import type { InjectionWindow } from './read-injection-features.ts';

/** What n hits of a rule count for: the first is what matters. */
const GROWTH = Float64Array.from({ length: 9 }, (_, count) => (count === 0 ? 0 : 1 + 0.4 * Math.log(count)));
/** Shorter windows are all alike. */
const SHORT_TOKENS = 32;

export function windowInputs({ counts, tokenCount }: InjectionWindow): Float64Array {
  const inputs = new Float64Array(counts.length + 1);
  counts.forEach((count, feature) => {
    inputs[feature] = GROWTH[Math.min(count, GROWTH.length - 1)] ?? 0;
  });
  inputs[counts.length] = Math.min(3, Math.max(0, Math.log2(tokenCount / SHORT_TOKENS)));
  return inputs;
}
