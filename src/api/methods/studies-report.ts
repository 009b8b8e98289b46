/** `studies.report`: sums up a conversation that the caller brings. A small tree of tasks: check, then report. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { uuidV7 } from '../../core/ids.ts';
import { parseLlmKey } from '../../core/llm/llm-key.ts';
import { type QuotaInfo, quotaInfoSchema } from '../../core/quota/quota-info.ts';
import { RUN_STATUSES, type Run } from '../../core/run.ts';
import { CONTACT_TYPES } from '../../core/safety/contact-types.ts';
import { buildReportTree } from '../../core/study/build-report-tree.ts';
import { feedbackReportSchema } from '../../core/study/feedback-report.ts';
import { studyTopicSchema } from '../../core/study/study-request.ts';
import { givenTurnSchema } from '../../core/study/study-turn.ts';
import { validateTree } from '../../core/task-tree/validate-tree.ts';
import { isoMicros } from '../../core/time.ts';
import { type Call, defineMethod } from '../method.ts';
import { instrumented } from '../rest/instrumented.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { acceptRun } from '../runs/accept-run.ts';
import { quotaInfoOf } from '../runs/charge.ts';
import { waitForRun } from '../runs/run-answer.ts';
import { studyDemoReason } from '../studies/study-demo-reason.ts';
import { studyShared } from '../studies/study-shared.ts';
import { requireOwnRun } from './own.ts';
import { optionalFlag } from './param.ts';

const MOST_TURNS = 500;

const params = z.object({
  feature: studyTopicSchema.shape.feature,
  conversation: z
    .array(givenTurnSchema)
    .min(1, 'there is nothing to sum up')
    .max(MOST_TURNS)
    .describe('Who said what, in order'),
  model: studyTopicSchema.shape.model,
  provider: studyTopicSchema.shape.provider,
  use_demo: optionalFlag.describe('Summed up by rules, no model is asked'),
  wait_seconds: z
    .number()
    .min(0)
    .max(300)
    .nullish()
    .describe('How long to wait for the report; 0 = answer at once'),
});
type Params = z.infer<typeof params>;

const result = z.object({
  run_id: z.string(),
  root_task_id: z.string().describe('Its result is the report: tasks.get'),
  status: z.enum(RUN_STATUSES),
  demo: z.object({ active: z.boolean(), reason: z.string().nullable() }),
  report: feedbackReportSchema.nullable().describe('When it was done within wait_seconds'),
  error: z.string().nullable(),
  quota_info: quotaInfoSchema.optional(),
});
type Answer = z.infer<typeof result>;

interface Started {
  readonly run: Run;
  readonly quotaInfo: QuotaInfo;
  readonly demoReason: string | null;
}

export const studiesReport = instrumented(
  defineMethod<Params>({
    ...studyShared,
    name: 'studies.report',
    title: 'Report on Conversation',
    description:
      'Sums up a conversation: themes, how each persona feels, insights with owner and effort, and quotes that stand in it. Answers with the report when it is done in time.',
    category: 'agent_action',
    tags: ['study', 'report'],
    params,
    result,
    bodyLimit: 'large',
    rest: {
      verb: 'POST',
      path: '/personas/report',
      status: 202,
      statusOf: (answer) => ((answer as unknown as Answer).status === 'in_progress' ? 202 : 200),
      tag: 'studies',
    },
    errors: ['quota_exceeded', 'concurrency_exceeded', 'rate_limited', 'unavailable'],
    examples: [
      {
        name: 'of two turns',
        params: {
          feature: 'A dark mode for the dashboard',
          conversation: [
            { persona_id: 1, name: 'Maria', text: 'I like it, my eyes will thank you.' },
            { persona_id: 2, name: 'Tom', text: 'Without a shortcut I would not use it.' },
          ],
        },
      },
    ],
    handle: async (given, call) => {
      const started = await start(given, call);
      const { run, quotaInfo, demoReason } = started;
      const summary = await waitForRun(call, run, given.wait_seconds ?? call.deps.settings.waitSeconds);
      const status = summary?.status ?? run.status;
      const report = feedbackReportSchema.safeParse(summary?.result);
      return {
        run_id: run.run_id,
        root_task_id: run.root_task_id,
        status: status === 'paused' ? 'in_progress' : status,
        demo: { active: demoReason !== null || (summary?.demoTasks ?? 0) > 0, reason: demoReason },
        report: status === 'completed' && report.success ? report.data : null,
        error: summary?.error ?? null,
        quota_info: quotaInfo,
      };
    },
  }),
);

function start({ wait_seconds: _wait, ...given }: Params, call: Call): Promise<Started> {
  return idempotently<Started>(call, 'studies.report', given, {
    perform: async (record) => {
      const { exit } = call.deps.safety.check({ text: given.feature, stage: 'input', allow: CONTACT_TYPES });
      if (exit !== null)
        throw new AppError('invalid_params', `feature: ${exit.message} (${exit.reason})`, {
          details: { exit },
        });
      const llmKey = parseLlmKey(call.llmKeyHeader);
      const demoReason = await studyDemoReason(call, given, llmKey);
      const rootId = uuidV7();
      const { userId } = call.identity;
      const now = isoMicros(call.deps.clock.now());
      const drafts = buildReportTree({ ...given, rootId });
      const { run, quotaInfo } = await acceptRun(call, {
        tree: validateTree(drafts, { userId, isAdmin: false, now, newId: uuidV7 }),
        targetId: rootId,
        isNew: true,
        fresh: false,
        useDemo: false,
        llmDemoReason: demoReason,
        llmKey,
        options: call.agentNotes === undefined ? {} : { agent: call.agentNotes },
        idempotency: (runId) => record({ run_id: runId, demo_reason: demoReason }),
      });
      return { run, quotaInfo, demoReason };
    },
    replay: async (answer) => ({
      run: await requireOwnRun(call, String(answer['run_id'])),
      quotaInfo: await quotaInfoOf(call),
      demoReason: typeof answer['demo_reason'] === 'string' ? answer['demo_reason'] : null,
    }),
  });
}
