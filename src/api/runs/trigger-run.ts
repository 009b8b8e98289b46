/** A trigger from outside runs a stored task, on its owner's account; each signed delivery does so once. */
import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { Run } from '../../core/run.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { Charged } from '../../ports/ledger.ts';
import type { TriggerSignature } from '../../ports/trigger-secrets.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import type { Call } from '../method.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { ownerCall } from './owner-call.ts';
import { waitForRun } from './run-answer.ts';
import { noteTime, startAnew } from './start-anew.ts';

export interface TriggerAnswer {
  success: boolean;
  /** `triggered`, `already_running`, or how the tree stands. */
  status: string;
  task_id: string;
  run_id: string;
  message?: string;
  result?: unknown;
  error?: string | null;
  children?: { task_id: string; name: string; status: string; error: string | null }[];
}

export interface Trigger {
  readonly call: Call;
  readonly task: TaskRecord;
  /** Who pays; null = the caller. */
  readonly charged: Charged | null;
  readonly isAsync: boolean;
  /** null: the caller is known. */
  readonly delivery: { readonly signature: string } | null;
}

/** A trigger in the owner's name, by whoever signed it. */
export function signedTrigger(
  deps: ApiDeps,
  streams: StreamHub,
  task: TaskRecord,
  about: { readonly requestId: string; readonly signature: TriggerSignature; readonly isAsync: boolean },
): Trigger {
  const { signature } = about;
  const text = signature.kind === 'hmac' ? signature.signature.toLowerCase() : signature.signature;
  const name = signature.kind === 'hmac' ? text : signature.id;
  const { call, charged } = ownerCall(deps, streams, task, {
    requestId: about.requestId,
    source: 'signature',
    idempotencyKey: sha256(JSON.stringify([task.id, signature.kind, name])),
  });
  return { call, charged, task, isAsync: about.isAsync, delivery: { signature: sha256(text) } };
}

/**
 * Throws `conflict` for a delivery that comes again to the letter (a message that its sender signed anew gets the first
 * answer), and as `acceptRun` does.
 */
export async function triggerRun({
  call,
  task,
  charged,
  isAsync,
  delivery,
}: Trigger): Promise<TriggerAnswer> {
  const { run, isRunning } = await idempotently<{ run: Run; isRunning: boolean }>(
    call,
    'tasks.webhook.trigger',
    { task_id: task.id },
    {
      perform: async (record) => {
        const atMs = call.deps.clock.now();
        const accepted = await startAnew(call, task, {
          charged,
          idempotency: (runId) => record({ run_id: runId, signature: delivery?.signature ?? null }),
        });
        const hasRun = accepted.status === 'accepted';
        if (hasRun) await noteTime(call.deps, task.id, { atMs, hasRun });
        return { run: accepted.run, isRunning: !hasRun };
      },
      replay: async (answer) => {
        const runId = String(answer['run_id']);
        if (delivery !== null && answer['signature'] === delivery.signature)
          throw new AppError('conflict', `This request was accepted before, as run ${runId}: sign a new one`);
        const first = await call.deps.store.runs.get(runId);
        if (first === null) throw new AppError('conflict', `Run ${runId} is no longer kept`);
        return { run: first, isRunning: false };
      },
      wasRefused: (answer) => answer.isRunning,
    },
  );
  const ids = { task_id: task.id, run_id: run.run_id };
  if (isRunning)
    return {
      success: false,
      status: 'already_running',
      error: `Task ${task.id} is already running`,
      ...ids,
    };
  if (isAsync)
    return { success: true, status: 'triggered', ...ids, message: 'Task execution started in background' };
  return ended(call, task, run);
}

async function ended(call: Call, task: TaskRecord, run: Run): Promise<TriggerAnswer> {
  const ids = { task_id: task.id, run_id: run.run_id };
  const summary = await waitForRun(call, run, call.deps.settings.waitSeconds);
  if (summary === null || summary.status === 'in_progress' || summary.status === 'paused')
    return { success: true, status: 'in_progress', ...ids, message: 'Task execution goes on in background' };
  const children = await call.deps.store.tasks.children(task.id);
  return {
    success: summary.status === 'completed',
    status: summary.status,
    ...ids,
    result: summary.result ?? null,
    error: summary.status === 'completed' ? null : (summary.error ?? 'Task tree execution failed'),
    children: children.map(({ id, name, status, error }) => ({ task_id: id, name, status, error })),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
