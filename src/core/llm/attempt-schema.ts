/** Models that were asked in turn, as results show them. */
import { z } from 'zod';
import type { ModelAttempt } from './chat.ts';

export const attemptSchema = z.object({
  provider: z.string(),
  model: z.string(),
  outcome: z.string().describe('answered, or the code of its error'),
  error: z.string().nullable(),
  latency_ms: z.number(),
});

export function shownAttempt({ durationMs, ...attempt }: ModelAttempt): z.infer<typeof attemptSchema> {
  return { ...attempt, latency_ms: durationMs };
}
