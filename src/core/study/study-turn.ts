/** A turn: what one persona says once. A conversation is a list of turns in the order in which they are read. */
import { z } from 'zod';

export const MOST_TURN_CHARACTERS = 4_000;

export const studyTurnSchema = z.object({
  turn: z.number().int().min(1).describe('Its number in the conversation, from 1'),
  round: z.number().int().min(1).describe('All personas speak once in a round, from 1'),
  persona_id: z.number().int(),
  name: z.string(),
  text: z.string(),
  demo: z.boolean().describe('By rules: no model was asked'),
  redacted: z.boolean().describe('Something in it was masked by the safety check'),
});
export type StudyTurn = z.infer<typeof studyTurnSchema>;

/** A turn as callers of executors give it. */
export const givenTurnSchema = z.looseObject({
  persona_id: z.number().int().describe('Who says it'),
  name: z.string().max(200).describe('Of the persona'),
  text: z.string().max(MOST_TURN_CHARACTERS).describe('What is said'),
  round: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('From 1; left out: counted by how often the persona spoke'),
  demo: z.boolean().optional(),
  redacted: z.boolean().optional(),
});
export type GivenTurn = z.infer<typeof givenTurnSchema>;
