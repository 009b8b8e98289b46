/** A user's day: counted from the rows at the first look, then here; other processes are seen later. */
import { expect, it } from 'vitest';
import { createUserBudgets, type UserBudgetOptions } from '../../src/llm/user-budgets.ts';
import type { UsageGroup, UsageQuery } from '../../src/ports/usage-store.ts';

const DAY_MS = 86_400_000;

function make(options: Partial<UserBudgetOptions> = {}) {
  const clock = { ms: Date.UTC(2026, 10, 21, 10) };
  const rows = { tokens: 100, cost: 5_000 };
  const asked: UsageQuery[] = [];
  const ofUser = createUserBudgets({
    maxTokens: 1_000,
    maxCostNanoUsd: null,
    freshMs: 5_000,
    now: () => clock.ms,
    usage: {
      summary: async (query) => {
        asked.push(query);
        return [{ inputTokens: rows.tokens, outputTokens: 0, costNanoUsd: rows.cost } as UsageGroup];
      },
    },
    ...options,
  });
  return { asked, clock, ofUser, rows };
}

it('begins with the rows of the day and counts on', async () => {
  const { asked, ofUser } = make({ freshMs: null });
  const budget = await ofUser('ann');
  expect(budget).toMatchObject({ scope: 'user', maxTokens: 1_000 });
  expect(budget?.spend.tokens).toBe(100);
  budget?.spend.add(50, 0);
  expect((await ofUser('ann'))?.spend.tokens).toBe(150);
  expect(asked).toEqual([
    { userId: 'ann', fromMs: Date.UTC(2026, 10, 21), toMs: Date.UTC(2026, 10, 22), groupBy: [], limit: 1 },
  ]);
});

it('sees what other processes add, and counts nothing twice', async () => {
  const { clock, ofUser, rows } = make();
  const budget = await ofUser('ann');
  budget?.spend.add(50, 0);
  rows.tokens = 150;
  clock.ms += 6_000;
  expect((await ofUser('ann'))?.spend.tokens).toBe(150);
  rows.tokens = 400;
  clock.ms += 6_000;
  expect((await ofUser('ann'))?.spend.tokens).toBe(400);
});

it('begins anew with the day', async () => {
  const { clock, ofUser, rows } = make();
  (await ofUser('ann'))?.spend.add(900, 0);
  rows.tokens = 0;
  clock.ms += DAY_MS;
  expect((await ofUser('ann'))?.spend.tokens).toBe(0);
});

it('allows nothing that cannot be counted, and looks again', async () => {
  let isBroken = true;
  const { ofUser } = make({
    usage: {
      summary: async () => {
        if (isBroken) throw new Error('no database');
        return [];
      },
    },
  });
  await expect(ofUser('ann')).rejects.toThrow('no database');
  isBroken = false;
  expect((await ofUser('ann'))?.spend.tokens).toBe(0);
});

it('is none without a limit', async () => {
  const { asked, ofUser } = make({ maxTokens: null });
  expect(await ofUser('ann')).toBeNull();
  expect(asked).toEqual([]);
});
