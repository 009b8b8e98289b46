/** `tasks.execute`: runs a stored task, or a tree that comes with the call; answers when it ended, or streams. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { uuidV4 } from '../../core/ids.ts';
import { type LlmKey, parseLlmKey } from '../../core/llm/llm-key.ts';
import { type QuotaInfo, quotaInfoSchema } from '../../core/quota/quota-info.ts';
import type { Run } from '../../core/run.ts';
import type { TaskRecord } from '../../core/task.ts';
import { misspeltFields } from '../../core/task-tree/misspelt-fields.ts';
import { validateTree } from '../../core/task-tree/validate-tree.ts';
import { isoMicros } from '../../core/time.ts';
import { parseEventId } from '../events/event-id.ts';
import { StreamAnswer } from '../events/stream-answer.ts';
import { type Call, defineMethod } from '../method.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { acceptRun, rootOf } from '../runs/accept-run.ts';
import { quotaInfoOf } from '../runs/charge.ts';
import { requireRoomForSchedules, syncSchedules, withCharge } from '../runs/keep-schedules.ts';
import {
  alreadyRunningAnswer,
  type RunAnswer,
  startedAnswer,
  streamingAnswer,
  waitForRun,
} from '../runs/run-answer.ts';
import { readWebhook, sealedWebhook, type Webhook, webhookConfigSchema } from '../runs/webhook-config.ts';
import { sealTasks } from '../secrets/seal-tasks.ts';
import { newTaskSchema } from './new-task.ts';
import { requireOwnRun, requireOwnTask, treeOf } from './own.ts';
import { optionalFlag, optionalId } from './param.ts';

const params = z.object({
  task_id: optionalId.describe('A stored task: it and what it needs is run'),
  id: optionalId,
  tasks: z
    .array(z.unknown())
    .nullish()
    .meta({ type: 'array', items: z.toJSONSchema(newTaskSchema, { io: 'input' }) })
    .describe('A tree to create and run at once'),
  use_streaming: optionalFlag.describe('Answer with server-sent events'),
  use_demo: optionalFlag.describe('Canned results, no network'),
  fresh: optionalFlag.describe('Run everything again, also what is finished'),
  wait_seconds: z
    .number()
    .min(0)
    .max(300)
    .nullish()
    .describe('How long to wait for the end; 0 = answer at once'),
  webhook_config: webhookConfigSchema.nullish(),
});
type Params = z.infer<typeof params>;

interface Accepted {
  readonly run: Run;
  readonly quotaInfo: QuotaInfo;
  readonly isRunning: boolean;
}

export const tasksExecute = defineMethod<Params>({
  name: 'tasks.execute',
  scope: 'tasks',
  title: 'Execute Task',
  description:
    'Runs a task tree. Answers when it ended or after wait_seconds; success is false when the tree failed. Follow GET /runs/{run_id}/events for progress.',
  category: 'agent_action',
  tags: ['task', 'execute', 'run'],
  params,
  result: z.object({
    success: z.boolean(),
    protocol: z.literal('jsonrpc'),
    root_task_id: z.string(),
    task_id: z.string().optional(),
    status: z.enum(['started', 'already_running']),
    streaming: z.boolean().optional(),
    message: z.string(),
    webhook_url: z.string().optional(),
    tree_status: z.string().optional(),
    run_id: z.string(),
    task_count: z.number().int().optional(),
    warnings: z
      .array(z.string())
      .optional()
      .describe('Fields of tasks that were ignored but look like a known one'),
    demo_tasks: z.number().int().optional().describe('Canned results among them; when it ended'),
    result: z.unknown().optional(),
    error: z.string().optional(),
    quota_info: quotaInfoSchema.optional().describe('What the caller has used today'),
  }),
  auth: { ownership: 'own-tasks' },
  bodyLimit: 'large',
  errors: [
    'not_found',
    'conflict',
    'blocked_address',
    'quota_exceeded',
    'concurrency_exceeded',
    'rate_limited',
    'unavailable',
  ],
  examples: [
    { name: 'a stored task', params: { task_id: 'my-task' } },
    {
      name: 'a tree at once',
      params: { tasks: [{ name: 'CPU', schemas: { method: 'system_info_executor' } }], wait_seconds: 5 },
    },
  ],
  handle: execute,
});

async function execute(given: Params, call: Call): Promise<RunAnswer | StreamAnswer> {
  // A call that will be streamed to nobody must not start anything.
  if (given.use_streaming === true && call.isBatch)
    throw new AppError('invalid_request', 'A batch cannot stream: send this execute by itself');
  const canStream = given.use_streaming === true && !call.isNotification;
  // Before anything starts: a stream that is refused must not leave a run behind.
  if (canStream) call.streams.requireRoom(call.identity.userId);
  const position = call.lastEventId === null ? null : parseEventId(call.lastEventId);
  if (position !== null && canStream) {
    const run = await requireOwnRun(call, position.runId);
    const first = streamingAnswer(run, null, await quotaInfoOf(call));
    return new StreamAnswer(run, { ...first }, position.seq);
  }
  // Before anything else: a broken key must not be found out by the first task.
  const llmKey = parseLlmKey(call.llmKeyHeader);
  const webhook = await readWebhook(given.webhook_config, call.deps);
  const webhookUrl = webhook?.url ?? null;
  const { run, isRunning, quotaInfo } = await accept(given, call, { webhook, llmKey });
  if (isRunning) return alreadyRunningAnswer(run, given.task_id || given.id || run.target_task_id);
  if (canStream) return new StreamAnswer(run, { ...streamingAnswer(run, webhookUrl, quotaInfo) }, 0);
  const waitSeconds = given.wait_seconds ?? call.deps.settings.waitSeconds;
  const summary = await waitForRun(call, run, waitSeconds);
  const warnings = misspeltFields(given.tasks ?? []);
  return {
    ...startedAnswer(run, summary, webhookUrl),
    quota_info: quotaInfo,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function accept(
  given: Params,
  call: Call,
  { webhook, llmKey }: { readonly webhook: Webhook | null; readonly llmKey: LlmKey | null },
): Promise<Accepted> {
  return idempotently<Accepted>(call, 'tasks.execute', given, {
    perform: async (record) => {
      const { tree, targetId, isNew } = await treeToRun(given, call);
      const ownerId = rootOf(tree).user_id ?? call.identity.userId;
      const accepted = await acceptRun(call, {
        tree,
        targetId,
        isNew,
        llmKey,
        fresh: given.fresh === true,
        useDemo: given.use_demo === true || call.deps.settings.forceDemo,
        options: {
          ...(call.agentNotes === undefined ? {} : { agent: call.agentNotes }),
          ...(webhook === null ? {} : { webhook: sealedWebhook(webhook, ownerId, call.deps) }),
          ...(given.use_demo === true
            ? { demoReason: 'requested' }
            : call.deps.settings.forceDemo
              ? { demoReason: 'forced' }
              : {}),
        },
        idempotency: (runId) => record({ run_id: runId }),
      });
      if (isNew) await syncSchedules(call, tree);
      const { run, quotaInfo } = accepted;
      return { run, quotaInfo, isRunning: accepted.status === 'already_running' };
    },
    replay: async (answer) => ({
      run: await requireOwnRun(call, String(answer['run_id'])),
      quotaInfo: await quotaInfoOf(call),
      isRunning: false,
    }),
    wasRefused: (answer) => answer.isRunning,
  });
}

async function treeToRun(
  given: Params,
  call: Call,
): Promise<{ tree: TaskRecord[]; targetId: string; isNew: boolean }> {
  if (given.tasks != null && given.tasks.length > 0) {
    const { userId, isAdmin } = call.identity;
    const now = isoMicros(call.deps.clock.now());
    const tasks = validateTree(given.tasks, { userId, isAdmin, now, newId: uuidV4 });
    const tree = sealTasks(call.deps, withCharge(call, tasks));
    await requireRoomForSchedules(call, tree);
    return { tree, targetId: rootOf(tree).id, isNew: true };
  }
  const taskId = given.task_id || given.id;
  if (!taskId) throw new AppError('invalid_params', 'Either task_id or tasks array is required');
  const task = await requireOwnTask(call, taskId);
  return { tree: await treeOf(call, task), targetId: task.id, isNew: false };
}
