/**
 * Budgets of tokens and money, held before each call: what is left must be enough for the question and an answer, or the
 * call is not made. What an answer may use is reserved while the call is under way, so that calls at the same time
 * cannot pass a limit together.
 */
import { AppError } from '../errors.ts';
import type { ChatAnswer, TokenUsage } from './chat.ts';
import { costNanoUsd, priceOf, ratesFor } from './prices.ts';
import type { Spend } from './spend.ts';

/** null = no limit; 0 refuses every call. */
export interface BudgetLimits {
  /** Input and output together. */
  readonly maxTokens: number | null;
  readonly maxCostNanoUsd: number | null;
}

export interface Budget extends BudgetLimits {
  readonly scope: 'task' | 'tree' | 'user';
  readonly spend: Spend;
}

/** A call that is about to be made. */
export interface PlannedCall {
  readonly provider: string;
  readonly model: string;
  /** Estimated. */
  readonly inputTokens: number;
  /** As the request says; undefined = it does not. */
  readonly maxTokens: number | undefined;
}

export interface Reservation {
  /** Most tokens the answer may have; undefined = no budget limits it. */
  readonly maxTokens: number | undefined;
  /** Call it once. null: nothing was used. */
  settle(used: TokenUsage | null): void;
}

/** An answer is given this much where the request does not say. */
const USUAL_ANSWER_TOKENS = 8_192;
/** Less is no answer. */
const LEAST_ANSWER_TOKENS = 64;

/** @throws AppError `llm_budget_exceeded`; retryable while only calls under way stand in the way. */
export function reserveCall(budgets: readonly Budget[], call: PlannedCall, nowMs: number): Reservation {
  const caps = budgets.map((budget) => answerRoom(budget, call, nowMs)).filter((room) => room !== null);
  const room = Math.min(...caps);
  const maxTokens =
    caps.length === 0 ? call.maxTokens : Math.min(call.maxTokens ?? USUAL_ANSWER_TOKENS, room);
  const most = { inputTokens: call.inputTokens, outputTokens: maxTokens ?? USUAL_ANSWER_TOKENS };
  const settles = budgets.map(({ spend }) => spend.open(tokensOf(most), costOf(call, most, nowMs)));
  return {
    maxTokens,
    settle(used) {
      const tokens = used === null ? 0 : tokensOf(used);
      const cost = used === null ? 0 : costOf(call, used, nowMs);
      for (const settle of settles) settle(tokens, cost);
    },
  };
}

function tokensOf({ inputTokens, outputTokens }: TokenUsage): number {
  return inputTokens + outputTokens;
}

/** 0 where the price is not known: budgets of money refuse such models. */
function costOf(
  { provider, model }: Pick<ChatAnswer, 'provider' | 'model'>,
  usage: TokenUsage,
  nowMs: number,
) {
  return costNanoUsd({ provider, model, usage }, nowMs) ?? 0;
}

/** How many tokens of an answer the budget has room for; null = it does not limit them. */
function answerRoom(budget: Budget, call: PlannedCall, nowMs: number): number | null {
  const { maxTokens, maxCostNanoUsd, spend } = budget;
  const rooms: number[] = [];
  if (maxTokens !== null) {
    const needed = call.inputTokens + wantedAnswer(call);
    assertRoom(budget, {
      unit: 'tokens',
      limit: maxTokens,
      spent: spend.tokens,
      open: spend.openTokens,
      needed,
    });
    rooms.push(maxTokens - spend.tokens - spend.openTokens - call.inputTokens);
  }
  if (maxCostNanoUsd !== null) {
    const price = priceOf(call.provider, call.model, nowMs);
    if (price === null) throw unpriced(budget, call);
    const { input, output } = ratesFor(price, call.inputTokens);
    const { costNanoUsd: spent, openCostNanoUsd: open } = spend;
    const needed = call.inputTokens * input + wantedAnswer(call) * output;
    assertRoom(budget, { unit: 'nano_usd', limit: maxCostNanoUsd, spent, open, needed });
    const left = maxCostNanoUsd - spent - open - call.inputTokens * input;
    if (output > 0) rooms.push(Math.floor(left / output));
  }
  return rooms.length === 0 ? null : Math.min(...rooms);
}

function wantedAnswer({ maxTokens }: PlannedCall): number {
  return maxTokens ?? LEAST_ANSWER_TOKENS;
}

interface Need {
  readonly unit: 'tokens' | 'nano_usd';
  readonly limit: number;
  readonly spent: number;
  readonly open: number;
  readonly needed: number;
}

function assertRoom({ scope }: Budget, need: Need): void {
  const { unit, limit, spent, open, needed } = need;
  if (spent + open + needed <= limit) return;
  const name = unit === 'tokens' ? 'tokens' : 'nano-dollars';
  const under = open === 0 ? '' : `, ${open} reserved for calls under way`;
  throw new AppError(
    'llm_budget_exceeded',
    `The ${scope}'s budget of ${limit} ${name} has no room for this call: ${spent} spent${under}, at least ${needed} needed`,
    // Calls under way mostly use less than they may.
    { retryable: spent + needed <= limit, details: { reason: 'llm_budget_exceeded', scope, ...need } },
  );
}

function unpriced({ scope }: Budget, { provider, model }: PlannedCall): AppError {
  return new AppError(
    'llm_budget_exceeded',
    `The ${scope} has a budget of money, and the price of ${provider}/${model} is not known. Name a model with a known price (models.list), or set a budget of tokens`,
    { details: { reason: 'llm_price_unknown', scope, provider, model } },
  );
}
