/** What is asked for when personas are made up, and what comes of it. */
import { z } from 'zod';
import { personaFields, personaId } from './persona.ts';

export const MOST_GENERATED = 20;

export const generationRequest = z.object({
  product: z.string().trim().min(1).max(4_000).describe('What the product is and does'),
  audience: z.string().trim().max(2_000).nullish().describe('Who it is for; left out: all kinds of people'),
  count: z.number().int().min(1).max(MOST_GENERATED).default(5).describe('How many personas'),
  avoid: z
    .array(z.string().max(100))
    .max(200)
    .default([])
    .describe('Names that are taken: none of the new ones is called so'),
});
export type GenerationRequest = z.infer<typeof generationRequest>;

export const generatedPersonas = z.object({
  personas: z
    .array(personaFields.extend({ id: personaId.optional().describe('When it was saved') }))
    .describe('Distinct in name, in occupation and place, and in how they act'),
  count: z.number().int(),
  saved: z.boolean().describe("They are the task owner's own now"),
  model: z.string().nullable().describe('Who made them up; null = templates'),
  repairs: z.number().int().describe('Times the model had to correct or complete its list'),
  demo_mode: z.boolean().optional().describe('True when no model was asked'),
});
