/** A policy as the API shows it. */
import { z } from 'zod';
import { POLICY_KINDS } from './policy.ts';

export const policyAnswerSchema = z.object({
  name: z.string(),
  kind: z.enum(POLICY_KINDS),
  weights: z.record(z.string(), z.number()),
  learned: z
    .record(
      z.string(),
      z.object({
        count: z.number().int().describe('Feedback so far'),
        average: z.number().nullable(),
        share: z.number().describe('Part of the picks it gets now'),
      }),
    )
    .nullable()
    .describe('null: this policy does not learn'),
});
export type PolicyAnswer = z.infer<typeof policyAnswerSchema>;
