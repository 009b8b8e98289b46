/** The exits of a text that is too dear: more tokens or money than it may take, or no calls left. */
import { estimateTokens } from '../../core/llm/estimate-tokens.ts';
import { priceOf, ratesFor } from '../../core/llm/prices.ts';
import { providerOfModel } from '../../core/llm/provider-catalog.ts';
import type { Exit } from '../../core/safety/exit.ts';
import { makeExit } from '../../core/safety/exit-table.ts';

export interface TextBudget {
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly model: string;
  readonly callsLeft: number | null;
}

const NANO = 1e9;

export function budgetExit(text: string, budget: TextBudget, nowMs: number): Exit | null {
  const { tokens: most, costUsd, model, callsLeft } = budget;
  if (callsLeft !== null && callsLeft <= 0)
    return makeExit('rate_limit', 'Too many requests.', { calls_left: callsLeft });
  if (most === null && costUsd === null) return null;
  const tokens = estimateTokens(text);
  if (most !== null && tokens > most)
    return makeExit('token_budget', `Prompt exceeds ${most} tokens.`, { tokens, budget_tokens: most });
  return costUsd === null ? null : costExit(tokens, costUsd, model, nowMs);
}

/** A limit that cannot be held is not held by hoping: a model without a known price is an exit. */
function costExit(tokens: number, budgetUsd: number, named: string, nowMs: number): Exit | null {
  const { provider, model } = providerOfModel(named);
  const price = priceOf(provider ?? 'openai', model, nowMs);
  if (price === null) {
    const details = { model: named, cost_usd: null, budget_usd: budgetUsd };
    return makeExit(
      'cost_budget',
      `The price of ${named} is not known, so its budget cannot be held.`,
      details,
    );
  }
  const cost = (tokens * ratesFor(price, tokens).input) / NANO;
  if (cost <= budgetUsd) return null;
  return makeExit('cost_budget', `Prompt costs more than $${budgetUsd}.`, {
    model: named,
    cost_usd: cost,
    budget_usd: budgetUsd,
  });
}
