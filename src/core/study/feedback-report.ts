/** What a study comes to: a summary, themes, how each persona feels, what to do, and quotes that prove it. */
import { z } from 'zod';

export const SENTIMENTS = ['positive', 'mixed', 'neutral', 'negative'] as const;
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export const EFFORTS = ['small', 'medium', 'large'] as const;

const sentiment = z.enum(SENTIMENTS);
const personaIds = z.array(z.number().int()).describe('Ids of the personas it comes from');

export const themeSchema = z.object({
  name: z.string(),
  detail: z.string(),
  persona_ids: personaIds,
  sentiment,
});

export const insightSchema = z.object({
  title: z.string(),
  detail: z.string(),
  action: z.string().describe('What to do about it'),
  persona_ids: personaIds,
  severity: z.enum(SEVERITIES).describe('How much it hurts when nothing is done'),
  owner: z.string().describe('Who would do it: product, design, engineering, security, support, marketing …'),
  effort: z.enum(EFFORTS),
});

export const quoteSchema = z.object({
  persona_id: z.number().int(),
  turn: z.number().int().min(1).describe('Number of the turn it is from, from 1'),
  text: z.string().describe('Word for word from that turn'),
});
export type Quote = z.infer<typeof quoteSchema>;

export const feedbackReportSchema = z.object({
  summary: z.string(),
  themes: z.array(themeSchema),
  sentiment: z.array(
    z.object({ persona_id: z.number().int(), name: z.string(), sentiment, reason: z.string() }),
  ),
  insights: z.array(insightSchema),
  quotes: z.array(quoteSchema).describe('Each is checked to stand in the turn it points at'),
});
export type FeedbackReport = z.infer<typeof feedbackReportSchema>;
