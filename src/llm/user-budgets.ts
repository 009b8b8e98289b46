/**
 * What users have spent on models today (UTC), held against the operator's limits. Usage rows are the truth at the first
 * look; then this process counts itself, and looks again for what other processes add.
 */
import { LRUCache } from 'lru-cache';
import type { Budget, BudgetLimits } from '../core/llm/budget.ts';
import { Spend } from '../core/llm/spend.ts';
import type { UsageStore } from '../ports/usage-store.ts';

const REMEMBERED_USERS = 10_000;
const DAY_MS = 86_400_000;

export interface UserBudgetOptions extends BudgetLimits {
  readonly usage: Pick<UsageStore, 'summary'>;
  /** How old a look at the rows may be; null: nobody else writes any. */
  readonly freshMs: number | null;
  /** Epoch ms. */
  readonly now: () => number;
}

interface UserDay {
  readonly spend: Spend;
  lookedAtMs: number;
}

/** `null` when there is no limit. Throws as the store does: what cannot be counted is not allowed. */
export function createUserBudgets(options: UserBudgetOptions): (userId: string) => Promise<Budget | null> {
  const { maxTokens, maxCostNanoUsd, freshMs, now } = options;
  const users = new LRUCache<string, Promise<UserDay>>({ max: REMEMBERED_USERS });
  if (maxTokens === null && maxCostNanoUsd === null) return async () => null;
  return async (userId) => {
    const nowMs = now();
    const fromMs = nowMs - (nowMs % DAY_MS);
    const key = `${fromMs} ${userId}`;
    const known = users.get(key) ?? load(options, userId, fromMs);
    users.set(key, known);
    // A failed look is not remembered.
    known.catch(() => users.delete(key));
    const user = await known;
    if (freshMs !== null && nowMs - user.lookedAtMs > freshMs) {
      user.lookedAtMs = nowMs;
      const { tokens, costNanoUsd } = await look(options, userId, fromMs);
      user.spend.raise(tokens, costNanoUsd);
    }
    return { scope: 'user', maxTokens, maxCostNanoUsd, spend: user.spend };
  };
}

async function load(options: UserBudgetOptions, userId: string, fromMs: number): Promise<UserDay> {
  const { tokens, costNanoUsd } = await look(options, userId, fromMs);
  const spend = new Spend();
  spend.add(tokens, costNanoUsd);
  return { spend, lookedAtMs: options.now() };
}

async function look({ usage }: UserBudgetOptions, userId: string, fromMs: number) {
  const [total] = await usage.summary({ userId, fromMs, toMs: fromMs + DAY_MS, groupBy: [], limit: 1 });
  return {
    tokens: (total?.inputTokens ?? 0) + (total?.outputTokens ?? 0),
    costNanoUsd: total?.costNanoUsd ?? 0,
  };
}
