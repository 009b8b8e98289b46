/** The learning policy against fixed weights, on users whose taste is known: how many good answers each gives away. */
import { describe, expect, it } from 'vitest';
import { pickStyle } from '../../../src/core/experiments/pick-style.ts';
import { beliefOf, drawStyle, pickShares } from '../../../src/core/experiments/thompson.ts';
import { wilsonLowerBound } from '../../../src/core/experiments/wilson.ts';
import { seededRandom, simulate } from './simulate-policies.ts';

describe('picks by weights', () => {
  it('without chance: the highest, the first of equals', () => {
    expect(pickStyle({ serious: 0.5, playful: 0.5 }, null)).toBe('serious');
    expect(pickStyle({ playful: 0.5, serious: 0.5 }, null)).toBe('playful');
    expect(pickStyle({ serious: 0.2, playful: 0.8 }, null)).toBe('playful');
  });
  it('by chance: as often as the weights say', () => {
    const random = seededRandom(1);
    const picks = Array.from({ length: 20_000 }, () => pickStyle({ serious: 0.8, playful: 0.2 }, random()));
    expect(picks.filter((style) => style === 'playful').length / picks.length).toBeCloseTo(0.2, 1);
    expect(pickStyle({ serious: 1, playful: 0 }, 0.999_999)).toBe('serious');
  });
});

describe('Thompson sampling', () => {
  it('begins with no opinion, and takes a score of 3 as half a success', () => {
    expect(beliefOf({ count: 0, total: 0 })).toEqual({ alpha: 1, beta: 1 });
    expect(beliefOf({ count: 2, total: 6 })).toEqual({ alpha: 2, beta: 2 });
    expect(beliefOf({ count: 3, total: 15 })).toEqual({ alpha: 4, beta: 1 });
    const shares = pickShares(
      { serious: beliefOf({ count: 0, total: 0 }), playful: beliefOf({ count: 0, total: 0 }) },
      seededRandom(2),
    );
    expect(shares['serious']).toBeGreaterThan(0.4);
    expect(shares['serious']).toBeLessThan(0.6);
  });

  it('draws worths around what was seen', () => {
    const random = seededRandom(3);
    const beliefs = { serious: { alpha: 300, beta: 100 }, playful: { alpha: 100, beta: 300 } };
    const picks = Array.from({ length: 1_000 }, () => drawStyle(beliefs, random));
    expect(picks.every((style) => style === 'serious')).toBe(true);
  });

  it.each([
    { serious: 0.55, playful: 0.7 },
    { serious: 0.7, playful: 0.55 },
    { serious: 0.3, playful: 0.35 },
  ])(
    'gives away far fewer good answers than fixed weights where $serious and $playful are liked',
    (liked) => {
      const { regret, lateShare } = simulate({ liked, steps: 4_000, rounds: 10, seed: 7 });
      expect(regret.thompson).toBeLessThan(regret.even * 0.6);
      expect(lateShare).toBeGreaterThan(0.75);
    },
  );

  it('gives away little where both are liked as well', () => {
    const { regret } = simulate({ liked: { serious: 0.6, playful: 0.6 }, steps: 500, rounds: 5, seed: 9 });
    expect(regret.thompson).toBe(0);
  });
});

it("Wilson's lower bound is the one clients know", () => {
  expect(wilsonLowerBound(2, 3)).toBe(0.20765495512648788);
  expect(wilsonLowerBound(0, 0)).toBe(0);
  expect(wilsonLowerBound(0, 5)).toBe(0);
});
