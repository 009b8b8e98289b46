/** A finding: what a rule saw in a text, where, and how sure it is. Spans count UTF-16 units, as `slice` does. */
import { z } from 'zod';

/** What a finding is about; the reason of its exit follows from it. */
export const FINDING_CATEGORIES = ['pii', 'secret', 'injection', 'policy', 'output', 'malformed'] as const;

export const findingSchema = z.object({
  type: z.string().describe('credit_card, email, injection, github_token …'),
  category: z.enum(FINDING_CATEGORIES),
  start: z.number().int().min(0).describe('First UTF-16 unit of the span in the text as it was given'),
  end: z.number().int().min(0).describe('Unit after the last one'),
  score: z.number().min(0).max(1).describe('How sure the rule is, 0 to 1'),
  note: z.string().optional().describe('What was seen, in a few words, never the text itself'),
});
export type Finding = z.infer<typeof findingSchema>;
