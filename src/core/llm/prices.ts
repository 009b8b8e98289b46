/** What an answer cost, and what a call may cost at most, by the dated prices of price-data.ts. Never guessed. */
import type { ChatAnswer } from './chat.ts';
import { type ModelPrice, PRICES, type TokenRates } from './price-data.ts';

/** The price of a model on the day of `nowMs`; null when it is not known. A dated snapshot has its model's price. */
export function priceOf(provider: string, model: string, nowMs: number): ModelPrice | null {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const rows = PRICES.filter((row) => row.provider === provider && row.from <= day);
  return rows.findLast((row) => isModel(model, row.model)) ?? null;
}

/** What an answer cost in nano-dollars; null when the price is not known. */
export function costNanoUsd(
  answer: Pick<ChatAnswer, 'provider' | 'model' | 'usage'>,
  nowMs: number,
): number | null {
  const { provider, model, usage } = answer;
  const price = usage === null ? null : priceOf(provider, model, nowMs);
  if (usage === null || price === null) return null;
  const { cacheReadTokens: read = 0, cacheWriteTokens: written = 0 } = usage;
  const rates = ratesFor(price, usage.inputTokens);
  if ((read > 0 && rates.cacheRead === null) || (written > 0 && rates.cacheWrite === null)) return null;
  const cached = read * (rates.cacheRead ?? 0) + written * (rates.cacheWrite ?? 0);
  return (usage.inputTokens - read - written) * rates.input + cached + usage.outputTokens * rates.output;
}

/** The rates of a call whose input has so many tokens. */
export function ratesFor(price: ModelPrice, inputTokens: number): TokenRates {
  return price.long !== undefined && inputTokens > price.long.above ? price.long : price;
}

/** Vendors answer with a dated snapshot (`gpt-4o-2024-08-06`) of the model that was asked. */
function isModel(answered: string, listed: string): boolean {
  return (
    answered === listed ||
    (answered.startsWith(`${listed}-`) && /^-\d{4}-?\d{2}-?\d{2}$/.test(answered.slice(listed.length)))
  );
}
