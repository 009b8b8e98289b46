/**
 * List prices of models in whole nano-dollars a token (1 dollar a million tokens = 1,000), each from the day it was
 * published. Data only; whoever reads it is in prices.ts. Only the vendor's own service has these prices.
 */

/** What tokens cost. null: the vendor publishes none, so an answer that used such tokens has no known cost. */
export interface TokenRates {
  readonly input: number;
  readonly output: number;
  /** Input that was read from the vendor's cache. */
  readonly cacheRead: number | null;
  /** Input that was written to it, for a short time. */
  readonly cacheWrite: number | null;
}

export interface ModelPrice extends TokenRates {
  readonly provider: string;
  readonly model: string;
  /** First UTC day the price holds. */
  readonly from: string;
  /** All tokens of a call cost this when its input has more than `above`. */
  readonly long?: TokenRates & { readonly above: number };
}

type Rates = readonly [input: number, output: number, cacheRead?: number | null, cacheWrite?: number | null];

function price(
  provider: string,
  model: string,
  from: string,
  rates: Rates,
  long?: readonly [above: number, ...Rates],
): ModelPrice {
  const row = { provider, model, from, ...named(rates) };
  if (long === undefined) return row;
  const [above, ...longRates] = long;
  return { ...row, long: { above, ...named(longRates) } };
}

function named([input, output, cacheRead = null, cacheWrite = null]: Rates): TokenRates {
  return { input, output, cacheRead, cacheWrite };
}

/** Last day on which the rows were held against their sources. */
export const PRICES_AS_OF = '2026-11-21';

export const PRICE_SOURCES: Readonly<Record<string, string>> = {
  openai: 'https://developers.openai.com/api/docs/pricing',
  anthropic: 'https://platform.claude.com/docs/en/about-claude/pricing',
  gemini: 'https://ai.google.dev/gemini-api/docs/pricing',
  groq: 'https://groq.com/pricing',
  mistral: 'https://mistral.ai/pricing',
};

/** Of one model: oldest first. */
export const PRICES: readonly ModelPrice[] = [
  price('openai', 'gpt-4o', '2024-05-13', [5_000, 15_000]),
  price('openai', 'gpt-4o', '2024-08-06', [2_500, 10_000]),
  price('openai', 'gpt-4o', '2024-10-01', [2_500, 10_000, 1_250]),
  price('openai', 'gpt-4o-mini', '2024-07-18', [150, 600]),
  price('openai', 'gpt-4o-mini', '2024-10-01', [150, 600, 75]),
  price('openai', 'gpt-4.1', '2025-04-14', [2_000, 8_000, 500]),
  price('openai', 'gpt-4.1-mini', '2025-04-14', [400, 1_600, 100]),
  price('openai', 'gpt-4.1-nano', '2025-04-14', [100, 400, 25]),
  price('openai', 'gpt-5', '2025-08-07', [1_250, 10_000, 125]),
  price('openai', 'gpt-5-mini', '2025-08-07', [250, 2_000, 25]),
  price('openai', 'gpt-5-nano', '2025-08-07', [50, 400, 5]),
  price('openai', 'gpt-5.4', '2026-03-05', [2_500, 15_000, 250], [272_000, 5_000, 22_500, 500]),
  price('openai', 'gpt-5.4-mini', '2026-03-17', [750, 4_500, 75]),
  price('openai', 'gpt-5.4-nano', '2026-03-17', [200, 1_250, 20]),
  price('openai', 'gpt-5.5', '2026-04-23', [5_000, 30_000, 500], [272_000, 10_000, 45_000, 1_000]),
  price('openai', 'gpt-6-astra', '2026-09-03', [10_000, 50_000, 1_000], [272_000, 20_000, 75_000, 2_000]),
  price('openai', 'gpt-6-sol', '2026-09-22', [2_000, 10_000, 200], [272_000, 4_000, 15_000, 400]),
  price('openai', 'gpt-6-luna', '2026-09-22', [100, 500, 10], [272_000, 200, 750, 20]),
  price('openai', 'gpt-6.1-sol', '2026-09-29', [2_000, 10_000, 100], [272_000, 4_000, 15_000, 200]),
  price('openai', 'gpt-6.1-terra', '2026-10-26', [1_000, 5_000, 50], [272_000, 2_000, 7_500, 100]),
  price('anthropic', 'claude-3-haiku', '2024-03-13', [250, 1_250, 30, 300]),
  price('anthropic', 'claude-3-5-haiku', '2024-11-04', [800, 4_000, 80, 1_000]),
  price('anthropic', 'claude-3-5-sonnet', '2024-06-20', [3_000, 15_000, 300, 3_750]),
  price('anthropic', 'claude-3-7-sonnet', '2025-02-24', [3_000, 15_000, 300, 3_750]),
  price('anthropic', 'claude-sonnet-4', '2025-05-22', [3_000, 15_000, 300, 3_750]),
  price('anthropic', 'claude-opus-4', '2025-05-22', [15_000, 75_000, 1_500, 18_750]),
  price('anthropic', 'claude-opus-4-1', '2025-08-05', [15_000, 75_000, 1_500, 18_750]),
  price('anthropic', 'claude-sonnet-4-5', '2025-09-29', [3_000, 15_000, 300, 3_750]),
  price('anthropic', 'claude-haiku-4-5', '2025-10-15', [1_000, 5_000, 100, 1_250]),
  price('anthropic', 'claude-opus-4-5', '2025-11-24', [5_000, 25_000, 500, 6_250]),
  price('anthropic', 'claude-opus-4-6', '2026-02-05', [5_000, 25_000, 500, 6_250]),
  price('anthropic', 'claude-sonnet-4-6', '2026-02-17', [3_000, 15_000, 300, 3_750]),
  price('anthropic', 'claude-opus-4-7', '2026-04-16', [5_000, 25_000, 500, 6_250]),
  price('anthropic', 'claude-opus-4-8', '2026-05-28', [5_000, 25_000, 500, 6_250]),
  price('anthropic', 'claude-sonnet-5', '2026-06-30', [2_000, 10_000, 200, 2_500]),
  price('anthropic', 'claude-fable-5-1', '2026-09-01', [10_000, 50_000, 250, 12_500]),
  price('anthropic', 'claude-opus-5-5', '2026-09-22', [4_000, 20_000, 200, 5_000]),
  price('anthropic', 'claude-sonnet-5-5', '2026-09-28', [2_000, 10_000, 200, 2_500]),
  price('anthropic', 'claude-sonnet-5-5', '2026-10-07', [2_000, 10_000, 100, 2_500]),
  price('anthropic', 'claude-haiku-5-5', '2026-10-07', [100, 500, 10, 125], [100_000, 500, 2_500, 50, 625]),
  price('gemini', 'gemini-2.5-pro', '2025-06-17', [1_250, 10_000, 125], [200_000, 2_500, 15_000, 250]),
  price('gemini', 'gemini-2.5-flash', '2025-06-17', [300, 2_500, 30]),
  price('gemini', 'gemini-3.1-flash-lite', '2026-05-07', [250, 1_500, 25]),
  price('gemini', 'gemini-3.5-flash', '2026-05-19', [1_500, 9_000, 150]),
  price('gemini', 'gemini-3.8-flash', '2026-09-20', [750, 3_750, 75]),
  price('gemini', 'gemini-3.8-flash', '2027-01-01', [1_500, 7_500]),
  price('groq', 'llama-3.1-8b-instant', '2024-07-23', [50, 80]),
  price('groq', 'llama-3.3-70b-versatile', '2024-12-06', [590, 790]),
  price('groq', 'openai/gpt-oss-20b', '2026-06-25', [75, 300]),
  price('groq', 'openai/gpt-oss-120b', '2026-06-25', [150, 600]),
  price('mistral', 'mistral-large-2512', '2026-07-02', [500, 1_500]),
  price('mistral', 'mistral-small-2603', '2026-03-16', [150, 600]),
  price('mistral', 'mistral-medium-2604', '2026-04-29', [1_500, 7_500]),
];
