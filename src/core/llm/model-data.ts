/**
 * What models can do: the catalogue that routing chooses from. Data only. Sizes and abilities are the vendors'; typical
 * times and the two ratings (0 to 1) are our rough judgement, there to order models, not to grade them. Prices are in
 * price-data.ts.
 */

/** What becomes of the words that are sent. `local` never leaves the operator's network. */
export type ModelPrivacy = 'local' | 'no_retention' | 'no_training' | 'unknown';

export interface ModelTraits {
  readonly provider: string;
  readonly model: string;
  /** Question and answer together. */
  readonly contextTokens: number;
  readonly maxAnswerTokens: number;
  readonly hasVision: boolean;
  readonly hasTools: boolean;
  /** To the end of a short answer, until calls have been measured here. */
  readonly typicalMs: number;
  readonly reasoning: number;
  readonly knowledge: number;
}

type Row = readonly [
  model: string,
  contextTokens: number,
  maxAnswerTokens: number,
  typicalMs: number,
  reasoning: number,
  knowledge: number,
  abilities: 'text' | 'tools' | 'vision',
];

/** `vision`: images and tools. */
function models(provider: string, rows: readonly Row[]): ModelTraits[] {
  return rows.map(([model, contextTokens, maxAnswerTokens, typicalMs, reasoning, knowledge, abilities]) => ({
    provider,
    model,
    contextTokens,
    maxAnswerTokens,
    hasVision: abilities === 'vision',
    hasTools: abilities !== 'text',
    typicalMs,
    reasoning,
    knowledge,
  }));
}

/** Last day on which the rows were held against the vendors' pages. */
export const MODELS_AS_OF = '2026-11-21';

export const MODELS: readonly ModelTraits[] = [
  ...models('openai', [
    ['gpt-4o-mini', 128_000, 16_384, 900, 0.7, 0.74, 'vision'],
    ['gpt-4.1-mini', 1_047_576, 32_768, 1_000, 0.76, 0.79, 'vision'],
    ['gpt-4.1', 1_047_576, 32_768, 1_600, 0.8, 0.85, 'vision'],
    ['gpt-5.4-nano', 400_000, 128_000, 1_200, 0.78, 0.75, 'vision'],
    ['gpt-5.4-mini', 400_000, 128_000, 1_800, 0.85, 0.83, 'vision'],
    ['gpt-6-luna', 1_050_000, 128_000, 1_500, 0.86, 0.84, 'vision'],
    ['gpt-6.1-terra', 1_050_000, 128_000, 2_200, 0.92, 0.9, 'vision'],
    ['gpt-6.1-sol', 1_050_000, 128_000, 3_000, 0.95, 0.93, 'vision'],
    ['gpt-6-astra', 1_050_000, 128_000, 4_500, 0.98, 0.96, 'vision'],
  ]),
  ...models('anthropic', [
    ['claude-haiku-4-5', 200_000, 64_000, 1_000, 0.8, 0.8, 'vision'],
    ['claude-haiku-5-5', 1_000_000, 128_000, 1_200, 0.86, 0.84, 'vision'],
    ['claude-sonnet-4-6', 1_000_000, 64_000, 1_800, 0.89, 0.89, 'vision'],
    ['claude-sonnet-5-5', 1_000_000, 128_000, 2_200, 0.94, 0.93, 'vision'],
    ['claude-opus-5-5', 1_000_000, 128_000, 3_000, 0.97, 0.95, 'vision'],
    ['claude-fable-5-1', 1_000_000, 128_000, 4_500, 0.98, 0.97, 'vision'],
  ]),
  ...models('gemini', [
    ['gemini-3.1-flash-lite', 1_048_576, 65_536, 800, 0.79, 0.81, 'vision'],
    ['gemini-3.5-flash', 1_048_576, 65_536, 1_200, 0.86, 0.88, 'vision'],
    ['gemini-3.8-flash', 1_048_576, 65_536, 1_300, 0.89, 0.9, 'vision'],
    ['gemini-2.5-pro', 1_048_576, 65_536, 2_500, 0.87, 0.9, 'vision'],
  ]),
  ...models('groq', [
    ['llama-3.1-8b-instant', 131_072, 131_072, 150, 0.6, 0.62, 'tools'],
    ['openai/gpt-oss-20b', 131_072, 65_536, 250, 0.74, 0.68, 'tools'],
    ['llama-3.3-70b-versatile', 131_072, 32_768, 300, 0.75, 0.78, 'tools'],
    ['openai/gpt-oss-120b', 131_072, 65_536, 400, 0.83, 0.78, 'tools'],
  ]),
  ...models('mistral', [
    ['mistral-small-2603', 256_000, 256_000, 900, 0.77, 0.78, 'vision'],
    ['mistral-large-2512', 262_144, 262_144, 1_400, 0.83, 0.87, 'vision'],
    ['mistral-medium-2604', 262_144, 262_144, 1_400, 0.86, 0.86, 'vision'],
  ]),
  ...models('deepseek', [['deepseek-v4-flash', 1_000_000, 384_000, 1_500, 0.86, 0.82, 'tools']]),
];

/** A model we know nothing of but its name: what small ones can do. */
export const UNLISTED_TRAITS: Omit<ModelTraits, 'provider' | 'model'> = {
  contextTokens: 8_192,
  maxAnswerTokens: 8_192,
  hasVision: false,
  hasTools: true,
  typicalMs: 2_000,
  reasoning: 0.7,
  knowledge: 0.6,
};

/** By the vendors' terms for paid use of their APIs. */
export const PROVIDER_PRIVACY: Readonly<Record<string, ModelPrivacy>> = {
  openai: 'no_training',
  anthropic: 'no_training',
  gemini: 'no_training',
  mistral: 'no_training',
  groq: 'no_retention',
};
