/** What a study is asked for. */
import { z } from 'zod';
import { personaId } from '../persona/persona.ts';

export const MOST_PERSONAS = 20;
export const MOST_ROUNDS = 10;
export const DEFAULT_ROUNDS = 3;
const MOST_FEATURE_CHARACTERS = 4_000;
const MOST_CONTEXT_CHARACTERS = 4_000;

/** Fields that a study keeps and its tree works with. */
export const studyTopicSchema = z.object({
  feature: z
    .string()
    .trim()
    .min(1, 'say in a few words what the personas should talk about')
    .max(MOST_FEATURE_CHARACTERS)
    .describe('The product feature or the question the personas talk about'),
  context: z
    .string()
    .trim()
    .max(MOST_CONTEXT_CHARACTERS)
    .nullish()
    .describe('What they should know besides: the product, the market, what exists already'),
  persona_ids: z
    .array(personaId)
    .min(1, 'choose at least one persona')
    .max(MOST_PERSONAS, `choose at most ${MOST_PERSONAS} personas`)
    .describe(`Who takes part, 1 to ${MOST_PERSONAS}; a persona named twice speaks once`),
  turns: z
    .number()
    .int()
    .min(1)
    .max(MOST_ROUNDS)
    .nullish()
    .describe(`How often each persona speaks, 1 to ${MOST_ROUNDS} (default: ${DEFAULT_ROUNDS})`),
  model: z.string().trim().min(1).max(200).nullish().describe("Left out: the provider's default"),
  provider: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .nullish()
    .describe('openai, anthropic, … Left out: whichever there is a key for'),
});
export type StudyTopic = z.infer<typeof studyTopicSchema>;
