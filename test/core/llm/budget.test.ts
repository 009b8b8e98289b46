/** Budgets: no order of calls passes a limit, and what is refused says why. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import {
  type Budget,
  type PlannedCall,
  type Reservation,
  reserveCall,
} from '../../../src/core/llm/budget.ts';
import { PRICE_SOURCES, PRICES, PRICES_AS_OF } from '../../../src/core/llm/price-data.ts';
import { costNanoUsd } from '../../../src/core/llm/prices.ts';
import { Spend } from '../../../src/core/llm/spend.ts';

const NOW = Date.UTC(2026, 10, 21);
const budget = (limits: Partial<Budget>): Budget => ({
  scope: 'task',
  maxTokens: null,
  maxCostNanoUsd: null,
  spend: new Spend(),
  ...limits,
});
const call = (more: Partial<PlannedCall> = {}): PlannedCall => ({
  provider: 'openai',
  model: 'gpt-4o-mini',
  inputTokens: 100,
  maxTokens: undefined,
  ...more,
});

function refusal(budgets: Budget[], planned: PlannedCall): AppError {
  try {
    reserveCall(budgets, planned, NOW);
  } catch (error) {
    if (AppError.is(error)) return error;
    throw error;
  }
  throw new Error('it was let through');
}

describe('a budget', () => {
  it('limits nothing where it has no limit', () => {
    const free = budget({});
    expect(reserveCall([free], call({ maxTokens: 7 }), NOW).maxTokens).toBe(7);
    const reserved = reserveCall([free], call(), NOW);
    expect(reserved.maxTokens).toBeUndefined();
    reserved.settle({ inputTokens: 10, outputTokens: 2 });
    expect(free.spend).toMatchObject({ tokens: 12, costNanoUsd: 10 * 150 + 2 * 600 });
  });

  it('of tokens gives the answer what is left, and stops before the call that would pass it', () => {
    const task = budget({ maxTokens: 1_000 });
    const first = reserveCall([task], call(), NOW);
    expect(first.maxTokens).toBe(900);
    first.settle({ inputTokens: 110, outputTokens: 700 });
    const error = refusal([task], call({ inputTokens: 150 }));
    expect(error).toMatchObject({ code: 'llm_budget_exceeded', retryable: false });
    expect(error.details).toMatchObject({ scope: 'task', unit: 'tokens', limit: 1_000, spent: 810 });
    expect(error.message).toContain("task's budget of 1000 tokens");
  });

  it('refuses a call that asks for more than is left', () => {
    expect(refusal([budget({ maxTokens: 1_000 })], call({ maxTokens: 901 }))).toMatchObject({
      retryable: false,
    });
    expect(reserveCall([budget({ maxTokens: 1_000 })], call({ maxTokens: 900 }), NOW).maxTokens).toBe(900);
  });

  it('of money counts by the price, and refuses models without one', () => {
    const tree = budget({ scope: 'tree', maxCostNanoUsd: 100 * 150 + 500 * 600 });
    expect(reserveCall([tree], call(), NOW).maxTokens).toBe(500);
    const error = refusal([tree], call({ provider: 'openai', model: 'unheard-of' }));
    expect(error.message).toContain('price of openai/unheard-of is not known');
  });

  it('of zero refuses everything', () => {
    refusal([budget({ maxTokens: 0 })], call({ inputTokens: 0 }));
    refusal([budget({ maxCostNanoUsd: 0 })], call());
  });

  it('that calls under way have reserved may be tried again later', () => {
    const tree = budget({ maxTokens: 1_000 });
    const open = reserveCall([tree], call(), NOW);
    expect(refusal([tree], call())).toMatchObject({ retryable: true });
    open.settle(null);
    expect(() => reserveCall([tree], call(), NOW)).not.toThrow();
  });

  it('is held together with all others: the one with least room decides', () => {
    const budgets = [budget({ maxTokens: 5_000 }), budget({ scope: 'user', maxTokens: 300 }), budget({})];
    expect(reserveCall(budgets, call(), NOW).maxTokens).toBe(200);
    for (const { spend } of budgets) expect(spend.openTokens).toBe(300);
  });

  it('is never passed, in whatever order calls begin and end', () => {
    const step = fc.record({
      inputTokens: fc.integer({ min: 1, max: 400 }),
      maxTokens: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      endsFirst: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (steps, maxTokens, maxCostNanoUsd) => {
          const held = budget({ maxTokens, maxCostNanoUsd });
          const open: (() => void)[] = [];
          for (const { inputTokens, maxTokens: wanted, share, endsFirst } of steps) {
            if (endsFirst) open.shift()?.();
            let reserved: Reservation;
            try {
              reserved = reserveCall([held], call({ inputTokens, maxTokens: wanted }), NOW);
            } catch (error) {
              if (!AppError.is(error)) throw error;
              continue;
            }
            const outputTokens = Math.floor((reserved.maxTokens ?? 0) * share);
            open.push(() => reserved.settle({ inputTokens, outputTokens }));
          }
          for (const end of open) end();
          expect(held.spend.tokens).toBeLessThanOrEqual(maxTokens);
          expect(held.spend.costNanoUsd).toBeLessThanOrEqual(maxCostNanoUsd);
          expect(held.spend).toMatchObject({ openTokens: 0, openCostNanoUsd: 0 });
        },
      ),
    );
  });
});

describe('a price', () => {
  const at = (day: string) => Date.parse(`${day}T12:00:00Z`);
  const usage = { inputTokens: 1_000, outputTokens: 100 };

  it("is that of the day, and of the snapshot's model", () => {
    const answer = {
      provider: 'anthropic',
      model: 'claude-sonnet-5-5',
      usage: { ...usage, cacheReadTokens: 400 },
    };
    expect(costNanoUsd(answer, at('2026-10-06'))).toBe(600 * 2_000 + 400 * 200 + 100 * 10_000);
    expect(costNanoUsd(answer, at('2026-10-07'))).toBe(600 * 2_000 + 400 * 100 + 100 * 10_000);
    expect(costNanoUsd(answer, at('2026-09-27'))).toBeNull();
    const snapshot = { provider: 'openai', model: 'gpt-4o-mini-2024-07-18', usage };
    expect(costNanoUsd(snapshot, at('2026-11-21'))).toBe(1_000 * 150 + 100 * 600);
  });

  it('of a long question holds for all of the call', () => {
    const long = { inputTokens: 100_001, outputTokens: 1 };
    const answer = { provider: 'anthropic', model: 'claude-haiku-5-5' };
    expect(costNanoUsd({ ...answer, usage: long }, NOW)).toBe(100_001 * 500 + 2_500);
    expect(costNanoUsd({ ...answer, usage: { ...long, inputTokens: 100_000 } }, NOW)).toBe(
      100_000 * 100 + 500,
    );
  });

  it('stands once for a day, in whole nano-dollars, and tells where it was read', () => {
    expect(Date.parse(PRICES_AS_OF)).toBeGreaterThan(0);
    const days = new Set<string>();
    for (const { provider, model, from, input, output } of PRICES) {
      expect(PRICE_SOURCES[provider], provider).toMatch(/^https:/);
      expect(Number.isInteger(input) && Number.isInteger(output), model).toBe(true);
      const key = `${provider}/${model} ${from}`;
      expect(days.has(key), key).toBe(false);
      const earlier = [...days].filter((day) => day.startsWith(`${provider}/${model} `));
      expect(
        earlier.every((day) => day < key),
        `${key} is behind a later one`,
      ).toBe(true);
      days.add(key);
    }
  });

  it('that nobody published is not guessed', () => {
    expect(costNanoUsd({ provider: 'groq', model: 'gpt-4o-mini', usage }, NOW)).toBeNull();
    expect(costNanoUsd({ provider: 'openai', model: 'gpt-4o-minimal', usage }, NOW)).toBeNull();
    const cached = { ...usage, cacheReadTokens: 1 };
    expect(costNanoUsd({ provider: 'groq', model: 'llama-3.1-8b-instant', usage: cached }, NOW)).toBeNull();
    expect(costNanoUsd({ provider: 'openai', model: 'gpt-4o-mini', usage: null }, NOW)).toBeNull();
  });
});
