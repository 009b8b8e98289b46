/** What routing is asked and answers, as clients write and read it: one form for the method and the executor. */
import { z } from 'zod';
import {
  COMPLEXITIES,
  type RankedModel,
  ROUTE_GOALS,
  type RouteDecision,
  type RouteRequirements,
  type RouteWish,
} from './route-model.ts';

const tokens = z.number().int().min(0).max(100_000_000);

export const requirementsSchema = z.object({
  input_tokens: tokens.nullish().describe('Tokens of the question; default: estimated'),
  answer_tokens: tokens.nullish().describe('Tokens the answer may have; default 1000'),
  vision: z.boolean().nullish().describe('Can see images'),
  functions: z.boolean().nullish().describe('Can call tools'),
  local: z.boolean().nullish().describe("Never leaves the operator's network"),
  sensitive: z.boolean().nullish().describe('Local, or with a vendor who keeps nothing'),
  max_cost_nano_usd: z.number().int().min(0).nullish().describe('Of the whole call, by list prices'),
  max_latency_ms: z.number().int().min(1).nullish().describe('As measured here of late, else typical'),
  min_quality: z.number().min(0).max(1).nullish().describe('By the ratings of the catalogue'),
});

/** Members that say what is wanted; beside them stand those of whoever asks. */
export const wishMembers = {
  requirements: requirementsSchema.nullish().describe('What the model must do or keep to'),
  goal: z.enum(ROUTE_GOALS).nullish().describe('What matters most; default balanced'),
  complexity: z.enum(COMPLEXITIES).nullish().describe('How hard the question is; default moderate'),
  preferred_model: z
    .string()
    .min(1)
    .max(200)
    .nullish()
    .describe('provider/model; taken up to complexity moderate when it can do it'),
};

const wishSchema = z.object(wishMembers);
export type RouteQuestion = z.input<typeof wishSchema>;

/** `known` stands in for what the requirements leave out. */
export function readWish(
  given: z.infer<typeof wishSchema>,
  known: Pick<RouteRequirements, 'inputTokens' | 'answerTokens' | 'vision'> = {},
): RouteWish {
  const wanted = given.requirements ?? {};
  return {
    goal: given.goal ?? 'balanced',
    complexity: given.complexity ?? 'moderate',
    preferred: given.preferred_model ?? undefined,
    requirements: {
      inputTokens: wanted.input_tokens ?? known.inputTokens,
      answerTokens: wanted.answer_tokens ?? known.answerTokens,
      vision: wanted.vision ?? known.vision,
      functions: wanted.functions ?? undefined,
      local: wanted.local ?? undefined,
      sensitive: wanted.sensitive ?? undefined,
      maxCostNanoUsd: wanted.max_cost_nano_usd ?? undefined,
      maxLatencyMs: wanted.max_latency_ms ?? undefined,
      minQuality: wanted.min_quality ?? undefined,
    },
  };
}

const rankedSchema = z.object({
  provider: z.string(),
  model: z.string(),
  score: z.number().describe('0 to 1, by the goal'),
  scores: z.object({ cost: z.number(), latency: z.number(), quality: z.number(), privacy: z.number() }),
  cost_nano_usd: z.number().nullable().describe('Of the whole call; null when the price is not known'),
  latency_ms: z.number(),
  latency_measured: z.boolean(),
});

export const decisionSchema = z.object({
  selection: rankedSchema.nullable().describe('null: no model meets the requirements'),
  confidence: z.number(),
  reasons: z.array(z.string()),
  fallbacks: z.array(rankedSchema).describe('Asked in turn when the selection fails'),
  ranked: z.array(rankedSchema).describe('All that meet the requirements, best first'),
  excluded: z.array(z.object({ provider: z.string(), model: z.string(), reasons: z.array(z.string()) })),
});

export type RouteAnswer = z.infer<typeof decisionSchema>;

export function shownDecision(decision: RouteDecision): RouteAnswer {
  const { selection, confidence, reasons, fallbacks, ranked, excluded } = decision;
  return {
    selection: selection && shownModel(selection),
    confidence,
    reasons: [...reasons],
    fallbacks: fallbacks.map(shownModel),
    ranked: ranked.map(shownModel),
    excluded: excluded.map((each) => ({ ...each, reasons: [...each.reasons] })),
  };
}

function shownModel(ranked: RankedModel): z.infer<typeof rankedSchema> {
  const { provider, model, scores, costNanoUsd, latencyMs, isMeasured } = ranked;
  const { total: score, ...parts } = scores;
  return {
    provider,
    model,
    score,
    scores: parts,
    cost_nano_usd: costNanoUsd,
    latency_ms: latencyMs,
    latency_measured: isMeasured,
  };
}
