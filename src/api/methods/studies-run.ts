/** `studies.run`: personas talk about a feature in a tree of tasks; answers at once, or when it ended. */
import { z } from 'zod';
import { quotaInfoSchema } from '../../core/quota/quota-info.ts';
import { STUDY_STATUSES, studyDemoSchema, studySchema } from '../../core/study/study.ts';
import { studyTopicSchema } from '../../core/study/study-request.ts';
import { type Call, defineMethod } from '../method.ts';
import { instrumented } from '../rest/instrumented.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { quotaInfoOf } from '../runs/charge.ts';
import { waitForRun } from '../runs/run-answer.ts';
import { requireOwnStudy } from '../studies/own-study.ts';
import { type StartedStudy, startStudy } from '../studies/start-study.ts';
import { studyShared, waitParam } from '../studies/study-shared.ts';
import { isOpen, studyView } from '../studies/study-view.ts';
import { requireOwnRun } from './own.ts';
import { optionalFlag } from './param.ts';

const params = z.object({
  ...studyTopicSchema.shape,
  use_demo: optionalFlag.describe('The personas speak by rules, no model is asked'),
  wait_seconds: waitParam,
});
type Params = z.infer<typeof params>;

const result = z.object({
  study_id: z.string(),
  run_id: z.string(),
  root_task_id: z.string(),
  status: z.enum(STUDY_STATUSES),
  demo: studyDemoSchema,
  events: z.string().describe('Path of the stream of what happens'),
  quota_info: quotaInfoSchema.optional(),
  study: studySchema.nullable().describe('When it has ended within wait_seconds'),
});
type Answer = z.infer<typeof result>;

export const studiesRun = instrumented(
  defineMethod<Params>({
    ...studyShared,
    name: 'studies.run',
    title: 'Run Study',
    description:
      'Has personas talk about a product feature, in rounds, and sums up what they said. A tree of tasks: counted as one, and followed like one. Without a key for any model they speak by rules, and the study says so.',
    category: 'agent_action',
    tags: ['study', 'persona', 'run'],
    params,
    result,
    rest: {
      verb: 'POST',
      path: '/personas/simulate',
      status: 202,
      statusOf: (answer) => ((answer as unknown as Answer).study === null ? 202 : 200),
      locationOf: (answer) => `/studies/${(answer as unknown as Answer).study_id}`,
      tag: 'studies',
    },
    errors: ['quota_exceeded', 'concurrency_exceeded', 'rate_limited', 'conflict', 'unavailable'],
    examples: [
      {
        name: 'three personas, two rounds',
        params: { feature: 'A dark mode for the dashboard', persona_ids: [1, 2, 3], turns: 2 },
      },
    ],
    handle: async (given, call) => {
      const started = await start(given, call);
      await waitForRun(call, started.run, given.wait_seconds ?? 0);
      return answerOf(call, started);
    },
  }),
);

function start({ wait_seconds: _wait, ...given }: Params, call: Call): Promise<StartedStudy> {
  return idempotently<StartedStudy>(call, 'studies.run', given, {
    perform: (record) =>
      startStudy(call, given, (runId, studyId) => record({ run_id: runId, study_id: studyId })),
    replay: async (answer) => ({
      studyId: String(answer['study_id']),
      run: await requireOwnRun(call, String(answer['run_id'])),
      quotaInfo: await quotaInfoOf(call),
    }),
  });
}

async function answerOf(call: Call, { studyId, run, quotaInfo }: StartedStudy): Promise<Answer> {
  const study = await studyView(call, await requireOwnStudy(call, studyId));
  return {
    study_id: studyId,
    run_id: run.run_id,
    root_task_id: run.root_task_id,
    status: study.status,
    demo: study.demo,
    events: `/studies/${studyId}/events`,
    quota_info: quotaInfo,
    study: isOpen(study.status) ? null : study,
  };
}
