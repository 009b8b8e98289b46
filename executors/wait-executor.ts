/** Waits for a span or until a moment. Nothing runs meanwhile: the workflow holds the timer, also over restarts. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';

const MAX_DAYS = 30;
const MAX_SECONDS = MAX_DAYS * 86_400;

export default defineExecutor({
  id: 'wait_executor',
  name: 'Wait Executor',
  description: 'Waits for a number of seconds, or until a moment, before dependent tasks go on',
  tags: ['core', 'wait', 'timer', 'built-in'],
  type: 'core',
  examples: ['Wait ten minutes between two calls', 'Go on at six in the morning', 'Let a cache expire first'],
  input: z
    .looseObject({
      seconds: z
        .number()
        .min(0)
        .max(MAX_SECONDS)
        .optional()
        .describe(`How long to wait, in seconds, up to ${MAX_DAYS} days. Give this or "until"`),
      until: z.iso
        .datetime({ offset: true })
        .optional()
        .describe(
          'When to go on: ISO-8601 with a zone, e.g. 2027-01-31T06:00:00Z. A past moment waits not at all',
        ),
    })
    .refine(({ seconds, until }) => (seconds === undefined) !== (until === undefined), {
      message: 'Give either "seconds" or "until"',
    })
    .refine(({ until }) => until === undefined || Date.parse(until) - Date.now() <= MAX_SECONDS * 1_000, {
      path: ['until'],
      message: `May lie at most ${MAX_DAYS} days ahead`,
    }),
  output: z.object({
    waited_until: z.string().describe('When the wait ended, ISO-8601 UTC'),
    seconds: z.number().nullable().describe('The span asked for'),
    until: z.string().nullable().describe('The moment asked for'),
  }),
  placement: 'wait',
  demoInput: { seconds: 1 },
  demo({ input }) {
    const seconds = typeof input['seconds'] === 'number' ? input['seconds'] : null;
    const until = typeof input['until'] === 'string' ? input['until'] : null;
    return { waited_until: until ?? new Date().toISOString(), seconds, until };
  },
  wait({ input, nowMs }) {
    const untilMs =
      input.until === undefined ? nowMs + (input.seconds ?? 0) * 1_000 : Date.parse(input.until);
    return { kind: 'timer', untilMs: Math.max(Math.ceil(untilMs), nowMs) };
  },
  async run({ input, decision }) {
    if (decision === undefined) {
      throw new AppError('task_failed', 'A wait must be a task of its own: no other executor can call it');
    }
    return {
      waited_until: decision.at,
      seconds: input.seconds ?? null,
      until: input.until ?? null,
    };
  },
});
