/** `tasks.webhook.trigger|secret|revoke`: tasks that others start, and what they sign with. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { TriggerSignature } from '../../ports/trigger-secrets.ts';
import { type Call, defineMethod } from '../method.ts';
import { chargeOf } from '../runs/keep-schedules.ts';
import { ownerCall } from '../runs/owner-call.ts';
import { signedTrigger, type Trigger, triggerRun } from '../runs/trigger-run.ts';
import { requireOwnTask } from './own.ts';
import { optionalFlag, optionalId, optionalText, requireId } from './param.ts';

const HOUR_MS = 3_600_000;
const shared = { scope: 'tasks', bodyLimit: 'small', auth: { ownership: 'own-tasks' } } as const;

const triggerParams = z.object({
  task_id: optionalId,
  signature: optionalText.describe(
    'hex HMAC-SHA256 of <timestamp>.<task_id>; without it, only for the owner of the task',
  ),
  timestamp: z.union([z.string(), z.number().int()]).nullish().describe('Unix seconds; with signature'),
  async_execution: optionalFlag.describe('Default true: answer at once'),
});
type TriggerParams = z.infer<typeof triggerParams>;

export const tasksWebhookTrigger = defineMethod<TriggerParams>({
  ...shared,
  name: 'tasks.webhook.trigger',
  title: 'Trigger Task',
  description:
    'Runs a stored task from its beginning, on its owner’s quota. Systems that cannot sign in post to /webhook/trigger/{task_id} instead.',
  category: 'agent_action',
  tags: ['webhook', 'trigger', 'schedule'],
  params: triggerParams,
  result: z.object({
    success: z.boolean(),
    status: z.string().describe('triggered, already_running, in_progress, or how the tree ended'),
    task_id: z.string(),
    run_id: z.string(),
    message: z.string().optional(),
    result: z.unknown().optional(),
    error: z.string().nullish(),
    children: z
      .array(
        z.object({ task_id: z.string(), name: z.string(), status: z.string(), error: z.string().nullable() }),
      )
      .optional(),
  }),
  errors: [
    'unauthorized',
    'not_found',
    'conflict',
    'quota_exceeded',
    'concurrency_exceeded',
    'rate_limited',
    'unavailable',
  ],
  examples: [{ name: 'run now', params: { task_id: 'my-task' } }],
  handle: async (params, call) => {
    const taskId = requireId('task_id is required', params.task_id);
    call.deps.triggerRate?.take(`user ${call.identity.userId}`);
    return triggerRun(await triggerOf(call, taskId, params));
  },
});

async function triggerOf(call: Call, taskId: string, params: TriggerParams): Promise<Trigger> {
  const isAsync = params.async_execution !== false;
  if (params.signature == null || params.signature === '')
    return ownersTrigger(call, await requireOwnTask(call, taskId), isAsync);
  // A method does not know the caller's address.
  if (call.deps.mayTriggerFrom !== undefined)
    throw new AppError(
      'forbidden',
      'signature: this server takes signed triggers at POST /webhook/trigger/{task_id} only',
    );
  const signature: TriggerSignature = {
    kind: 'hmac',
    signature: params.signature,
    timestamp: String(params.timestamp ?? ''),
    fields: { signature: 'signature', timestamp: 'timestamp' },
  };
  const task = await requireSigned(call, taskId, signature, Buffer.from(taskId));
  return signedTrigger(call.deps, call.streams, task, { requestId: call.requestId, signature, isAsync });
}

/** Throws `unauthorized`, and `not_found` to holders of the server's secret. */
export async function requireSigned(
  { deps }: Pick<Call, 'deps'>,
  taskId: string,
  signature: TriggerSignature,
  body: Uint8Array,
): Promise<TaskRecord> {
  const task = await deps.store.tasks.get(taskId);
  await deps.triggerSecrets.verify(signature, body, task);
  if (task === null) throw new AppError('not_found', `Task ${taskId} not found`);
  return task;
}

/** By somebody who is known. Whoever triggers it, the owner pays. */
export function ownersTrigger(call: Call, task: TaskRecord, isAsync: boolean): Trigger {
  const isOwner = task.user_id === call.identity.userId;
  const { requestId, idempotencyKey } = call;
  const charged = isOwner
    ? null
    : ownerCall(call.deps, call.streams, task, { requestId, source: 'trigger', idempotencyKey }).charged;
  return { call, task, charged, isAsync, delivery: null };
}

const secretParams = z.object({
  task_id: optionalId,
  keep_previous_hours: z
    .number()
    .min(0)
    .max(24 * 30)
    .nullish()
    .describe('How long the secret before it stays good; default 24, 0 = not at all'),
});

export const tasksWebhookSecret = defineMethod<z.infer<typeof secretParams>>({
  ...shared,
  name: 'tasks.webhook.secret',
  title: 'Make Trigger Secret',
  description:
    'A new secret under which others sign posts to /webhook/trigger/{task_id}. It is shown this once and kept sealed.',
  category: 'crud',
  tags: ['webhook', 'trigger', 'secret'],
  params: secretParams,
  result: z.object({
    task_id: z.string(),
    secret: z.string().describe('whsec_ and base64'),
    path: z.string().describe('Where to post'),
  }),
  errors: ['not_found'],
  examples: [{ name: 'the first, or the next', params: { task_id: 'my-task' } }],
  handle: async (params, call) => {
    const task = await requireOwnTask(call, requireId('task_id is required', params.task_id));
    // Who pays is known now: when the trigger comes, nobody is there to ask.
    await call.deps.store.tasks.update(task.id, { charged_to: chargeOf(call, task.user_id) });
    const keepMs = (params.keep_previous_hours ?? 24) * HOUR_MS;
    return {
      task_id: task.id,
      secret: await call.deps.triggerSecrets.issue(task, keepMs),
      path: `/webhook/trigger/${encodeURIComponent(task.id)}`,
    };
  },
});

const revokeParams = z.object({ task_id: optionalId });

export const tasksWebhookRevoke = defineMethod<z.infer<typeof revokeParams>>({
  ...shared,
  name: 'tasks.webhook.revoke',
  title: 'Revoke Trigger Secret',
  description: 'Forgets the secrets of a task: what was signed with them is refused from now on.',
  category: 'crud',
  tags: ['webhook', 'trigger', 'secret'],
  params: revokeParams,
  result: z.object({ task_id: z.string(), revoked: z.boolean() }),
  errors: ['not_found'],
  isDestructive: true,
  examples: [{ name: 'all of a task', params: { task_id: 'my-task' } }],
  handle: async (params, call) => {
    const task = await requireOwnTask(call, requireId('task_id is required', params.task_id));
    return { task_id: task.id, revoked: await call.deps.triggerSecrets.revoke(task) };
  },
});
