/** `models.list` and `models.route`: which models there are for the caller, and which one routing would choose, and why. */
import { z } from 'zod';
import { estimateTokens } from '../../core/llm/estimate-tokens.ts';
import { MODELS_AS_OF } from '../../core/llm/model-data.ts';
import { PRICE_SOURCES, PRICES_AS_OF } from '../../core/llm/price-data.ts';
import { decisionSchema, readWish, shownDecision, wishMembers } from '../../core/llm/route-schema.ts';
import { type Call, defineMethod } from '../method.ts';

const shared = {
  scope: 'system',
  category: 'query',
  tags: ['models', 'llm'],
  bodyLimit: 'small',
  // With the caller's own stored keys.
  auth: { ownership: 'own-keys' },
} as const;

const listParams = z.object({
  provider: z.string().max(64).nullish(),
  available: z.boolean().nullish().describe('Only those that can be asked now, or only the others'),
});

export const modelsList = defineMethod<z.infer<typeof listParams>>({
  ...shared,
  name: 'models.list',
  title: 'List Models',
  description: 'The catalogue of models: what they can do, what they cost, whether there is a key for them.',
  params: listParams,
  result: z.object({
    as_of: z.string().describe('Last day on which the catalogue was checked'),
    prices_as_of: z.string(),
    price_sources: z.record(z.string(), z.string()),
    models: z.array(
      z.object({
        provider: z.string(),
        model: z.string(),
        available: z.boolean(),
        reason: z.string().nullable().describe('Why it cannot be asked now'),
        context_tokens: z.number(),
        max_answer_tokens: z.number(),
        vision: z.boolean(),
        functions: z.boolean(),
        privacy: z.string().describe('local, no_retention, no_training or unknown'),
        price_nano_usd: z
          .object({ input: z.number(), output: z.number() })
          .nullable()
          .describe('A token, by list price; null when it is not known'),
        latency_ms: z.number(),
        latency_measured: z.boolean().describe('Measured by this process of late, else typical'),
        reasoning: z.number(),
        knowledge: z.number(),
      }),
    ),
  }),
  examples: [
    { name: 'all', params: {} },
    { name: 'that can be asked', params: { available: true } },
  ],
  handle: async ({ provider, available }, call) => {
    const candidates = call.deps.llm.candidates(await accessOf(call));
    const models = candidates
      .map(({ contextTokens, maxAnswerTokens, hasVision, hasTools, rates, ...rest }) => ({
        provider: rest.provider,
        model: rest.model,
        available: rest.unavailable === null,
        reason: rest.unavailable,
        context_tokens: contextTokens,
        max_answer_tokens: maxAnswerTokens,
        vision: hasVision,
        functions: hasTools,
        privacy: rest.privacy,
        price_nano_usd: rates && { input: rates.input, output: rates.output },
        latency_ms: rest.latencyMs,
        latency_measured: rest.isMeasured,
        reasoning: rest.reasoning,
        knowledge: rest.knowledge,
      }))
      .filter((model) => provider == null || model.provider === provider)
      .filter((model) => available == null || model.available === available);
    return { as_of: MODELS_AS_OF, prices_as_of: PRICES_AS_OF, price_sources: PRICE_SOURCES, models };
  },
});

const routeParams = z.object({
  ...wishMembers,
  prompt: z.string().nullish().describe('Its tokens are estimated; nobody is asked'),
});

export const modelsRoute = defineMethod<z.infer<typeof routeParams>>({
  ...shared,
  name: 'models.route',
  title: 'Route to a Model',
  description:
    'Which model a question would go to, with reasons, fallbacks and what was left out. Asks no model.',
  params: routeParams,
  result: decisionSchema,
  examples: [
    { name: 'cheap', params: { goal: 'cost', prompt: 'Summarize this page' } },
    {
      name: 'images, quickly',
      params: { goal: 'speed', requirements: { vision: true, max_latency_ms: 2_000 } },
    },
  ],
  handle: async ({ prompt, ...given }, call) => {
    const wish = readWish(given, { inputTokens: prompt == null ? undefined : estimateTokens(prompt) });
    return shownDecision(call.deps.llm.route(await accessOf(call), wish));
  },
});

async function accessOf({ deps, identity }: Call) {
  return { header: null, stored: await deps.llmKeys.ofUser(identity.userId), mayUseServerKey: true };
}
