/** The root of a study: keeps what was said and what came of it. Doing it again leaves the same behind. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import { STUDY_ENDINGS } from '../src/core/study/finished-study.ts';
import { gatherStudy } from '../src/core/study/gather-study.ts';
import { studyTopicSchema } from '../src/core/study/study-request.ts';

export default defineExecutor({
  id: 'study_store_executor',
  name: 'Study Store Executor',
  description: 'Keeps a study: its personas, what they said, and the report',
  tags: ['persona', 'study'],
  type: 'core',
  examples: ['Keep the conversation and the report of a feature study'],
  input: z.looseObject({
    ...studyTopicSchema.shape,
    demo_reason: z.string().max(100).nullish().describe('Why no model was asked'),
  }),
  output: z.object({
    study_id: z.string(),
    status: z.enum(STUDY_ENDINGS),
    exit_reason: z.string().nullable().describe('Of a study that was blocked'),
    turns: z.number().int(),
    demo_turns: z.number().int().describe('Turns that were made by rules'),
    summary: z.string().nullable(),
  }),
  placement: 'activity',
  timeoutMs: 60_000,
  maxAttempts: 10,
  backoffMs: 1_000,
  demoInput: { feature: 'Reminders that know when I am busy', persona_ids: [1, 2], turns: 2 },
  demo: ({ task }) => ({
    study_id: task.id,
    status: 'completed' as const,
    exit_reason: null,
    turns: 0,
    demo_turns: 0,
    summary: null,
  }),
  async run({ input, dependencies, services, task }) {
    const gathered = gatherStudy(dependencies.values());
    if (gathered === null)
      throw new AppError(
        'task_failed',
        'Nothing to keep: let it depend on study_check_executor and feedback_report_executor',
      );
    const { status, exit, conversation, report } = gathered;
    await services.studies.save({
      studyId: task.id,
      userId: task.userId,
      topic: studyTopicSchema.parse(input),
      demoReason: input.demo_reason ?? null,
      ...gathered,
    });
    return {
      study_id: task.id,
      status,
      exit_reason: exit?.reason ?? null,
      turns: conversation.length,
      demo_turns: conversation.filter(({ demo }) => demo).length,
      summary: report?.summary ?? null,
    };
  },
});
