/**
 * Thompson sampling: what a style is worth is not known, only how likely each worth is (a Beta distribution that
 * feedback narrows). Each pick draws a worth for every style and takes the highest: styles that may still turn out best
 * get their chance, those that will not get less and less.
 */
import type { Weights } from './policy.ts';

/** Feedback a style has got: scores of 1 to 5. */
export interface Reward {
  readonly count: number;
  /** Sum of the scores. */
  readonly total: number;
}

/** Beta(alpha, beta). */
export interface Belief {
  readonly alpha: number;
  readonly beta: number;
}

export type Beliefs = Readonly<Record<string, Belief>>;

const LOWEST_SCORE = 1;
const SCORE_RANGE = 4;
const SHARE_DRAWS = 400;

/** From nothing known: every worth is as likely. A score of 5 counts as a whole success, one of 3 as half of one. */
export function beliefOf({ count, total }: Reward): Belief {
  const successes = (total - LOWEST_SCORE * count) / SCORE_RANGE;
  return { alpha: 1 + successes, beta: 1 + count - successes };
}

/** `random` gives numbers from 0 up to, not including, 1. */
export function drawStyle(beliefs: Beliefs, random: () => number): string {
  let best = 'serious';
  let highest = -1;
  for (const [style, { alpha, beta }] of Object.entries(beliefs)) {
    const worth = drawBeta(alpha, beta, random);
    if (worth <= highest) continue;
    best = style;
    highest = worth;
  }
  return best;
}

/** How often each style would be picked now, by many draws. */
export function pickShares(beliefs: Beliefs, random: () => number): Weights {
  const picks = new Map(Object.keys(beliefs).map((style) => [style, 0]));
  for (let draw = 0; draw < SHARE_DRAWS; draw++) {
    const style = drawStyle(beliefs, random);
    picks.set(style, (picks.get(style) ?? 0) + 1);
  }
  return Object.fromEntries([...picks].map(([style, times]) => [style, times / SHARE_DRAWS]));
}

/** Both parameters are at least 1 here. */
function drawBeta(alpha: number, beta: number, random: () => number): number {
  const left = drawGamma(alpha, random);
  return left / (left + drawGamma(beta, random));
}

/** Marsaglia and Tsang's way; `shape` of at least 1. */
function drawGamma(shape: number, random: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - random();
    if (Math.log(u) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

function drawNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
