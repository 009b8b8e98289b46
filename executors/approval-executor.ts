/** Waits for a person to approve or reject. Nothing runs meanwhile; a time limit may decide instead. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type WaitDecision } from '../src/core/executor.ts';

const MAX_SECONDS = 365 * 86_400;

export default defineExecutor({
  id: 'approval_executor',
  name: 'Approval Executor',
  description: 'Holds the tree until a person approves or rejects, with an optional time limit',
  tags: ['core', 'approval', 'human', 'built-in'],
  type: 'core',
  examples: ['Ask before an offer is sent', 'Let an editor release a text', 'Approve a deployment'],
  input: z.looseObject({
    prompt: z.string().min(1).max(10_000).describe('What the person is asked to decide'),
    timeout_seconds: z
      .number()
      .min(1)
      .max(MAX_SECONDS)
      .optional()
      .describe('Decide by itself after this many seconds. Left out: wait as long as it takes'),
    on_timeout: z
      .enum(['reject', 'approve', 'fail'])
      .default('fail')
      .describe('What the time limit decides: reject, approve, or fail the task'),
    fail_on_reject: z
      .boolean()
      .default(true)
      .describe(
        'A rejection fails the task, so that required dependants are skipped. False: it is a result like another',
      ),
  }),
  output: z.object({
    approved: z.boolean().describe('The decision'),
    decided_by: z.string().nullable().describe('Who decided; null when the time limit did'),
    comment: z.string().nullable().describe('What the person wrote'),
    decided_at: z.string().describe('When, ISO-8601 UTC'),
    timed_out: z.boolean().describe('Whether the time limit decided'),
  }),
  placement: 'wait',
  demoInput: { prompt: 'Send the weekly report?' },
  demo: () => ({
    approved: true,
    decided_by: 'demo_user',
    comment: 'Looks good',
    decided_at: new Date().toISOString(),
    timed_out: false,
  }),
  wait: ({ input, nowMs }) => ({
    kind: 'approval',
    untilMs: input.timeout_seconds === undefined ? null : Math.ceil(nowMs + input.timeout_seconds * 1_000),
  }),
  async run({ input, decision }) {
    if (decision === undefined) {
      throw new AppError(
        'task_failed',
        'An approval must be a task of its own: no other executor can call it',
      );
    }
    const timedOut = decision.kind === 'elapsed';
    if (timedOut && input.on_timeout === 'fail') {
      throw new AppError('task_failed', `Nobody decided within ${input.timeout_seconds ?? 0} seconds`);
    }
    const approved = timedOut ? input.on_timeout === 'approve' : decision.kind === 'approved';
    if (!approved && input.fail_on_reject) throw new AppError('task_failed', rejection(decision));
    return {
      approved,
      decided_by: timedOut ? null : decision.by,
      comment: decision.comment,
      decided_at: decision.at,
      timed_out: timedOut,
    };
  },
});

function rejection(decision: WaitDecision): string {
  if (decision.kind === 'elapsed') return 'Rejected: nobody decided in time';
  const comment = decision.comment === null || decision.comment === '' ? '' : `: ${decision.comment}`;
  return `Rejected by ${decision.by ?? 'an unknown user'}${comment}`;
}
