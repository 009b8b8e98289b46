/**
 * List prices of models in whole nano-dollars a token (1 dollar a million tokens = 1,000), each from the day it was
 * published. Only the vendor's own service has them: what another server charges for a model of that name is unknown.
 */
import type { ChatAnswer } from './chat.ts';

interface Price {
  readonly provider: string;
  readonly model: string;
  /** First UTC day the price holds. */
  readonly from: string;
  readonly input: number;
  readonly output: number;
}

/** Newest last where a model's price has changed. */
const PRICES: readonly Price[] = [
  { provider: 'openai', model: 'gpt-4o', from: '2024-05-13', input: 5_000, output: 15_000 },
  { provider: 'openai', model: 'gpt-4o', from: '2024-08-06', input: 2_500, output: 10_000 },
  { provider: 'openai', model: 'gpt-4o-mini', from: '2024-07-18', input: 150, output: 600 },
  { provider: 'openai', model: 'gpt-4.1', from: '2025-04-14', input: 2_000, output: 8_000 },
  { provider: 'openai', model: 'gpt-4.1-mini', from: '2025-04-14', input: 400, output: 1_600 },
  { provider: 'openai', model: 'gpt-4.1-nano', from: '2025-04-14', input: 100, output: 400 },
  { provider: 'anthropic', model: 'claude-3-5-haiku', from: '2024-11-04', input: 800, output: 4_000 },
  { provider: 'anthropic', model: 'claude-3-5-sonnet', from: '2024-06-20', input: 3_000, output: 15_000 },
  { provider: 'anthropic', model: 'claude-3-7-sonnet', from: '2025-02-24', input: 3_000, output: 15_000 },
  { provider: 'anthropic', model: 'claude-sonnet-4', from: '2025-05-22', input: 3_000, output: 15_000 },
  { provider: 'anthropic', model: 'claude-opus-4', from: '2025-05-22', input: 15_000, output: 75_000 },
];

/** What an answer cost in nano-dollars; null when the price is not known. Never guessed. */
export function costNanoUsd(
  answer: Pick<ChatAnswer, 'provider' | 'model' | 'usage'>,
  nowMs: number,
): number | null {
  if (answer.usage === null) return null;
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const price = PRICES.findLast(
    ({ provider, model, from }) =>
      provider === answer.provider && from <= day && isModel(answer.model, model),
  );
  if (price === undefined) return null;
  return answer.usage.inputTokens * price.input + answer.usage.outputTokens * price.output;
}

/** Vendors answer with a dated snapshot (`gpt-4o-2024-08-06`) of the model that was asked. */
function isModel(answered: string, listed: string): boolean {
  return (
    answered === listed ||
    (answered.startsWith(`${listed}-`) && /^-\d{4}-?\d{2}-?\d{2}$/.test(answered.slice(listed.length)))
  );
}
