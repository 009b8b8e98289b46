/**
 * Users with a known taste answer each pick with a score; what a policy gives away against always picking the better
 * style is its regret, in liked answers.
 */
import { pickStyle } from '../../../src/core/experiments/pick-style.ts';
import { beliefOf, drawStyle } from '../../../src/core/experiments/thompson.ts';

export interface Simulation {
  /** How likely an answer in this style is liked (a score of 5; else 1). */
  readonly liked: Readonly<Record<'serious' | 'playful', number>>;
  readonly steps: number;
  readonly rounds: number;
  readonly seed: number;
}

export interface SimulationResult {
  /** Liked answers given away a round, by policy: variant_a (0.8, 0.2), variant_b (0.5, 0.5), learning. */
  readonly regret: { readonly leaning: number; readonly even: number; readonly thompson: number };
  /** Of the last quarter of the picks, how many the learning policy gave to the better style. */
  readonly lateShare: number;
}

export function simulate({ liked, steps, rounds, seed }: Simulation): SimulationResult {
  const random = seededRandom(seed);
  const best = Math.max(liked.serious, liked.playful);
  const better = liked.serious >= liked.playful ? 'serious' : 'playful';
  const regret = { leaning: 0, even: 0, thompson: 0 };
  let lateBest = 0;
  let late = 0;
  for (let round = 0; round < rounds; round++) {
    const rewards = { serious: { count: 0, total: 0 }, playful: { count: 0, total: 0 } };
    for (let step = 0; step < steps; step++) {
      const lost = (style: string) => best - liked[style as 'serious'];
      regret.leaning += lost(pickStyle({ serious: 0.8, playful: 0.2 }, random()));
      regret.even += lost(pickStyle({ serious: 0.5, playful: 0.5 }, random()));
      const beliefs = { serious: beliefOf(rewards.serious), playful: beliefOf(rewards.playful) };
      const style = drawStyle(beliefs, random) as 'serious';
      regret.thompson += lost(style);
      rewards[style].count++;
      rewards[style].total += random() < liked[style] ? 5 : 1;
      if (step < steps * 0.75) continue;
      late++;
      if (style === better) lateBest++;
    }
  }
  return {
    regret: {
      leaning: regret.leaning / rounds,
      even: regret.even / rounds,
      thompson: regret.thompson / rounds,
    },
    lateShare: lateBest / late,
  };
}

/** mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
