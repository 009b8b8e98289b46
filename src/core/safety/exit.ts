/** An exit: why a text was not worked on, in the words clients of persona-lab know. Every check ends in one or in none. */
import { z } from 'zod';
import type { JsonObject } from '../json.ts';

export const EXIT_REASONS = [
  'kill_switch',
  'prompt_too_long',
  'policy_violation',
  'sensitive_pii',
  'jailbreak_detected',
  'latency_budget',
  'token_budget',
  'cost_budget',
  'rate_limit',
  'malformed_input',
  'unspecified',
] as const;

export const exitReasonSchema = z.enum(EXIT_REASONS);
export type ExitReason = z.infer<typeof exitReasonSchema>;

export const exitSeveritySchema = z.enum(['low', 'medium', 'high']);
export type ExitSeverity = z.infer<typeof exitSeveritySchema>;

export const exitSchema = z.object({
  reason: exitReasonSchema,
  severity: exitSeveritySchema,
  message: z.string(),
  details: z.custom<JsonObject>().describe('Facts of this exit, different for each reason'),
});
export type Exit = z.infer<typeof exitSchema>;
