/** Routing: every choice keeps the requirements, the order follows the goal, and reasons say why. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPLEXITIES,
  ROUTE_GOALS,
  type RouteCandidate,
  type RouteWish,
  routeModel,
} from '../../../src/core/llm/route-model.ts';

const candidate = (model: string, more: Partial<RouteCandidate> = {}): RouteCandidate => ({
  provider: 'openai',
  model,
  contextTokens: 100_000,
  maxAnswerTokens: 10_000,
  hasVision: true,
  hasTools: true,
  latencyMs: 1_000,
  isMeasured: false,
  reasoning: 0.8,
  knowledge: 0.8,
  rates: { input: 1_000, output: 1_000 },
  privacy: 'no_training',
  unavailable: null,
  ...more,
});
const wish = (more: Partial<RouteWish> = {}): RouteWish => ({
  requirements: {},
  goal: 'balanced',
  complexity: 'moderate',
  preferred: undefined,
  ...more,
});
const names = (models: readonly { model: string }[]) => models.map(({ model }) => model);

describe('scores', () => {
  it('follow the formulas of each goal', () => {
    // 0.05 dollars a thousand tokens, 1.5 s, moderate quality .6 * .9 + .4 * .7 = .82
    const one = candidate('one', {
      rates: { input: 20_000, output: 80_000 },
      latencyMs: 1_500,
      reasoning: 0.9,
      knowledge: 0.7,
    });
    const scoreFor = (goal: RouteWish['goal']) => routeModel([one], wish({ goal })).selection?.scores;
    expect(scoreFor('balanced')).toEqual({
      cost: 0.5,
      latency: 0.7,
      quality: 0.82,
      privacy: 0.6,
      total: 0.668,
    });
    expect(scoreFor('cost')?.total).toBeCloseTo(0.6 * 0.5 + 0.2 * 0.7 + 0.2 * 0.82);
    expect(scoreFor('speed')?.total).toBeCloseTo(0.2 * 0.5 + 0.6 * 0.7 + 0.2 * 0.82);
    expect(scoreFor('quality')?.total).toBeCloseTo(0.2 * 0.5 + 0.2 * 0.7 + 0.6 * 0.82);
    expect(scoreFor('privacy')?.total).toBeCloseTo(0.6 * 0.6 + 0.2 * 0.5 + 0.2 * 0.82);
  });

  it('weigh quality by how hard the question is', () => {
    const one = candidate('one', { reasoning: 0.9, knowledge: 0.6 });
    const qualities = COMPLEXITIES.map(
      (complexity) => routeModel([one], wish({ complexity })).selection?.scores.quality,
    );
    expect(qualities).toEqual([1, 0.9, 0.78, 0.84, 0.6]);
  });

  it('take an unknown price for a dear one, and free for the best', () => {
    const of = (rates: RouteCandidate['rates']) =>
      routeModel([candidate('x', { rates })], wish()).selection?.scores.cost;
    expect(of(null)).toBe(0);
    expect(of({ input: 0, output: 0 })).toBe(1);
    expect(of({ input: 10_000_000, output: 0 })).toBe(0);
  });

  it('rank by latency as it was measured', () => {
    const all = [candidate('slow', { latencyMs: 200 }), candidate('quick', { latencyMs: 500 })];
    expect(routeModel(all, wish({ goal: 'speed' })).selection?.model).toBe('slow');
    const measured = [candidate('slow', { latencyMs: 3_000, isMeasured: true }), all[1] as RouteCandidate];
    const decision = routeModel(measured, wish({ goal: 'speed' }));
    expect(decision.selection?.model).toBe('quick');
    expect(decision.ranked[1]).toMatchObject({ model: 'slow', isMeasured: true });
  });
});

describe('requirements', () => {
  it.each([
    [{ vision: true }, { hasVision: false }, 'cannot see images'],
    [{ functions: true }, { hasTools: false }, 'cannot call functions'],
    [{ local: true }, {}, 'not local'],
    [{ sensitive: true }, {}, 'the vendor keeps what is sent'],
    [{ inputTokens: 99_001, answerTokens: 1_000 }, {}, 'too small: 100001 tokens, 100000 at most'],
    [{ answerTokens: 10_001 }, {}, 'answers have at most 10000 tokens'],
    [
      { maxCostNanoUsd: 1_999_999, inputTokens: 1_000 },
      {},
      'too dear: 2000000 nano-dollars, 1999999 at most',
    ],
    [{ maxCostNanoUsd: 1 }, { rates: null }, 'its price is not known'],
    [{ maxLatencyMs: 999 }, {}, 'too slow: 1000 ms, 999 at most'],
    [{ minQuality: 0.81 }, {}, 'quality too low: 0.8, at least 0.81'],
    [{}, { unavailable: 'no key' }, 'no key'],
  ])('%j leaves out %j and says why', (requirements, traits, reason) => {
    const decision = routeModel([candidate('one', traits)], wish({ requirements }));
    expect(decision).toMatchObject({ selection: null, confidence: 0, fallbacks: [], ranked: [] });
    expect(decision.excluded).toEqual([{ provider: 'openai', model: 'one', reasons: [reason] }]);
  });

  it('that only a wish breaks may go to a local model, with little confidence', () => {
    const local = candidate('own', { privacy: 'local', latencyMs: 9_000 });
    const all = [candidate('one'), local];
    const decision = routeModel(all, wish({ requirements: { maxLatencyMs: 10 } }));
    expect(decision).toMatchObject({ selection: { model: 'own' }, confidence: 0.5 });
    const blind = { ...local, hasVision: false };
    const asked = wish({ requirements: { maxLatencyMs: 10, vision: true } });
    expect(routeModel([blind], asked).selection).toBeNull();
  });
});

describe('a preferred model', () => {
  const all = [candidate('best', { reasoning: 1, knowledge: 1 }), candidate('liked')];

  it.each(['openai/liked', 'liked'])('is taken up to moderate (%s)', (preferred) => {
    const decision = routeModel(all, wish({ preferred }));
    expect(decision.selection?.model).toBe('liked');
    expect(names(decision.fallbacks)).toEqual(['best']);
    expect(decision.reasons[0]).toContain('preferred');
  });

  it('is not for hard questions, nor when it cannot do it', () => {
    for (const complexity of ['complex', 'expert'] as const) {
      const decision = routeModel(all, wish({ preferred: 'liked', complexity }));
      expect(decision.selection?.model).toBe('best');
      expect(decision.reasons.join(' ')).toContain('liked is preferred, but not taken');
    }
    const gone = [all[0] as RouteCandidate, candidate('liked', { unavailable: 'no key' })];
    expect(routeModel(gone, wish({ preferred: 'liked' })).selection?.model).toBe('best');
  });
});

const anyCandidate = (index: number) =>
  fc.record({
    model: fc.constant(`model-${index}`),
    provider: fc.constantFrom('openai', 'anthropic', 'groq'),
    contextTokens: fc.integer({ min: 1_000, max: 1_000_000 }),
    maxAnswerTokens: fc.integer({ min: 500, max: 100_000 }),
    hasVision: fc.boolean(),
    hasTools: fc.boolean(),
    latencyMs: fc.integer({ min: 1, max: 9_000 }),
    isMeasured: fc.boolean(),
    reasoning: fc.double({ min: 0, max: 1, noNaN: true }),
    knowledge: fc.double({ min: 0, max: 1, noNaN: true }),
    rates: fc.option(fc.record({ input: fc.nat(100_000), output: fc.nat(100_000) })),
    privacy: fc.constantFrom('local', 'no_retention', 'no_training', 'unknown'),
    unavailable: fc.option(fc.constant('no key')),
  });
const anyCandidates = fc
  .integer({ min: 0, max: 12 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyCandidate(index))));
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const anyWish = fc.record({
  goal: fc.constantFrom(...ROUTE_GOALS),
  complexity: fc.constantFrom(...COMPLEXITIES),
  preferred: maybe(fc.constantFrom('model-0', 'model-3')),
  requirements: fc.record({
    inputTokens: maybe(fc.nat(100_000)),
    answerTokens: maybe(fc.nat(20_000)),
    vision: maybe(fc.boolean()),
    functions: maybe(fc.boolean()),
    local: maybe(fc.boolean()),
    sensitive: maybe(fc.boolean()),
    maxCostNanoUsd: maybe(fc.nat(10_000_000)),
    maxLatencyMs: maybe(fc.integer({ min: 1, max: 9_000 })),
    minQuality: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
  }),
}) as fc.Arbitrary<RouteWish>;

describe('whatever is asked', () => {
  it('each model is ranked or excluded with a reason, best first, and the choice is one of them', () => {
    fc.assert(
      fc.property(anyCandidates, anyWish, (all, asked) => {
        const { selection, ranked, excluded, fallbacks, confidence } = routeModel(all, asked);
        expect([...names(ranked), ...names(excluded)].sort()).toEqual(names(all).sort());
        expect(excluded.every(({ reasons }) => reasons.length > 0)).toBe(true);
        const totals = ranked.map(({ scores }) => scores.total);
        expect(totals).toEqual([...totals].sort((left, right) => right - left));
        if (selection !== null) expect(ranked).toContain(selection);
        expect(selection === null).toBe(ranked.length === 0);
        expect(fallbacks.length).toBeLessThanOrEqual(3);
        for (const fallback of fallbacks) {
          expect(fallback.scores.total).toBeGreaterThan(0.5);
          expect(fallback).not.toBe(selection);
        }
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('nothing that cannot do it is chosen', () => {
    fc.assert(
      fc.property(anyCandidates, anyWish, (all, asked) => {
        const { selection, fallbacks } = routeModel(all, asked);
        const { vision, functions, local, inputTokens = 0, answerTokens = 1_000 } = asked.requirements;
        for (const chosen of [...(selection === null ? [] : [selection]), ...fallbacks]) {
          const traits = all.find(({ model }) => model === chosen.model);
          expect(traits?.unavailable).toBeNull();
          if (vision === true) expect(traits?.hasVision).toBe(true);
          if (functions === true) expect(traits?.hasTools).toBe(true);
          if (local === true) expect(traits?.privacy).toBe('local');
          expect(inputTokens + answerTokens).toBeLessThanOrEqual(traits?.contextTokens ?? 0);
        }
      }),
    );
  });

  it('the order of the candidates does not matter', () => {
    fc.assert(
      fc.property(anyCandidates, anyWish, (all, asked) => {
        expect(names(routeModel([...all].reverse(), asked).ranked)).toEqual(
          names(routeModel(all, asked).ranked),
        );
      }),
    );
  });

  it('a cheaper, quicker, better twin is never ranked behind', () => {
    fc.assert(
      fc.property(anyCandidate(0), anyWish, (one, asked) => {
        const better = {
          ...one,
          model: 'twin',
          latencyMs: one.latencyMs / 2,
          reasoning: (1 + one.reasoning) / 2,
          knowledge: (1 + one.knowledge) / 2,
          rates: one.rates && { input: one.rates.input / 2, output: one.rates.output / 2 },
        };
        const { ranked } = routeModel([one, better], { ...asked, preferred: undefined });
        if (ranked.length === 2)
          expect(ranked[0]?.scores.total).toBeGreaterThanOrEqual(ranked[1]?.scores.total ?? 2);
        if (ranked.length > 0) expect(names(ranked)).toContain('twin');
      }),
    );
  });
});
