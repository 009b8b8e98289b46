/** A study: one run of the feature-study tree, as clients see it. */
import { z } from 'zod';
import { personaEntry } from '../persona/persona.ts';
import { exitSchema } from '../safety/exit.ts';
import { feedbackReportSchema } from './feedback-report.ts';
import { studyTurnSchema } from './study-turn.ts';

/** `blocked`: the safety check stood against the feature, and nothing was asked of a model. */
export const STUDY_STATUSES = ['in_progress', 'completed', 'blocked', 'failed', 'cancelled'] as const;
export type StudyStatus = (typeof STUDY_STATUSES)[number];

export const studyDemoSchema = z.object({
  active: z.boolean().describe('true: some of what is said was made by rules, without a model'),
  reason: z.string().nullable().describe('no_llm_key, llm_quota_exceeded, requested …'),
  turns: z.number().int().describe('How many turns were'),
});

/** Without what was said: as lists show it. */
export const studyBriefSchema = z.object({
  study_id: z.string(),
  run_id: z.string().nullable().describe('Its latest run; null when the tree was deleted'),
  root_task_id: z.string(),
  user_id: z.string(),
  status: z.enum(STUDY_STATUSES),
  feature: z.string(),
  context: z.string().nullable(),
  persona_ids: z.array(z.number().int()),
  turns: z.number().int().describe('How often each persona speaks'),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  demo: studyDemoSchema,
  exit: exitSchema.nullable().describe('Why it was blocked'),
  output_exit: exitSchema
    .nullable()
    .describe('What the check of the conversation found; masked in the turns'),
  error: z.string().nullable(),
  created_at: z.string(),
  completed_at: z.string().nullable(),
});
export type StudyBrief = z.infer<typeof studyBriefSchema>;

export const studySchema = studyBriefSchema.extend({
  personas: z.array(personaEntry).describe('As they were when the study ran'),
  conversation: z.array(studyTurnSchema).describe('What was said so far'),
  report: feedbackReportSchema.nullable(),
});
export type Study = z.infer<typeof studySchema>;
