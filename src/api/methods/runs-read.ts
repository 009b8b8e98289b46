/** `runs.list`, `runs.get`, `runs.events`: what was run, how it ended, and what happened in it. */
import { z } from 'zod';
import { RUN_STATUSES, runSchema } from '../../core/run.ts';
import { defineMethod } from '../method.ts';
import { requireOwnRun, scopeUser } from './own.ts';
import { limitParam, offsetParam, optionalId, pageOf, requireId, userIdParam } from './param.ts';

const shared = {
  scope: 'tasks',
  category: 'query',
  bodyLimit: 'small',
  auth: { ownership: 'own-runs' },
} as const;
const RUN_REQUIRED = 'Run ID is required';

const listParams = z.object({
  user_id: userIdParam,
  task_id: optionalId.describe('Only runs of this root or executed task'),
  status: z.enum(RUN_STATUSES).nullish(),
  limit: limitParam,
  offset: offsetParam,
});

export const runsList = defineMethod<z.infer<typeof listParams>>({
  ...shared,
  name: 'runs.list',
  title: 'List Runs',
  description: 'Runs, newest first. Every execution is kept.',
  tags: ['run', 'list'],
  params: listParams,
  result: z.array(runSchema),
  errors: ['forbidden'],
  examples: [{ name: 'of one tree', params: { task_id: 'my-task' } }],
  handle: (params, call) => {
    const userId = scopeUser(call.identity, params.user_id, 'list runs for');
    return call.deps.store.runs.list({
      ...(userId === undefined ? {} : { userId }),
      ...(params.task_id ? { taskId: params.task_id } : {}),
      ...(params.status ? { status: params.status } : {}),
      ...pageOf(params),
    });
  },
});

const getParams = z.object({ run_id: optionalId });

export const runsGet = defineMethod<z.infer<typeof getParams>>({
  ...shared,
  name: 'runs.get',
  title: 'Get Run',
  description: 'One run.',
  tags: ['run', 'get'],
  params: getParams,
  result: runSchema,
  errors: ['not_found'],
  examples: [{ name: 'by id', params: { run_id: '019aa000-0000-7000-8000-000000000000' } }],
  handle: (params, call) => requireOwnRun(call, requireId(RUN_REQUIRED, params.run_id)),
});

const eventsParams = z.object({
  run_id: optionalId,
  after_seq: z.number().int().min(0).nullish().describe('Events behind this number; default 0'),
  limit: limitParam,
});

export const runsEvents = defineMethod<z.infer<typeof eventsParams>>({
  ...shared,
  name: 'runs.events',
  title: 'Get Run Events',
  description: 'What happened in a run, in order. GET /runs/{run_id}/events streams the same.',
  tags: ['run', 'events'],
  params: eventsParams,
  result: z.array(
    z.object({
      run_id: z.string(),
      seq: z.number().int(),
      type: z.string(),
      task_id: z.string().nullable(),
      at: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
  errors: ['not_found'],
  examples: [{ name: 'from the start', params: { run_id: '019aa000-0000-7000-8000-000000000000' } }],
  handle: async (params, call) => {
    const run = await requireOwnRun(call, requireId(RUN_REQUIRED, params.run_id));
    const events = await call.deps.store.events.read(run.run_id, params.after_seq ?? 0, pageOf(params).limit);
    return events.map(({ runId, seq, type, taskId, at, data }) => ({
      run_id: runId,
      seq,
      type,
      task_id: taskId,
      at,
      data,
    }));
  },
});
