/**
 * Posts a run's events to its webhook, one request per event, in order, at least once: signed (Standard Webhooks), retried
 * on 5xx and network errors as the client asked, stopped for good by a 4xx. A heartbeat keeps how far it came.
 */
import { CancelledFailure, Context } from '@temporalio/activity';
import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { Run } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { DeliverInput, DeliverOutput } from '../core/run-protocol.ts';
import { webhookSecret } from '../core/webhook-secret.ts';
import { wireEvents } from '../core/wire-event.ts';
import type { WorkflowDependencies } from './dependencies.ts';
import { findPushConfig, pushBody, pushHeaders } from './push-messages.ts';

interface Webhook {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

/** One delivery: the run, where its events go, and what is said of each. */
interface Delivery {
  readonly run: Run;
  readonly webhook: Webhook;
  /** null: nothing is sent. */
  readonly body: (message: JsonObject) => Promise<string | null>;
}

const PAGE = 100;
/** Before Temporal's own limit, so that the workflow keeps the cursor. */
const MAX_MS = 20 * 60_000;
/** Looks again even when no event told it to: an event may come from another process. */
const LOOK_EVERY_MS = 2_000;

export async function deliverEvents(deps: WorkflowDependencies, input: DeliverInput): Promise<DeliverOutput> {
  const context = Context.current();
  let afterSeq = Math.max(input.afterSeq, Number(context.info.heartbeatDetails ?? 0));
  const { run, options } = (await deps.memory.get(input.runId)).context;
  const findDelivery = () => deliveryOf(deps, input, run, options);
  if ((await findDelivery()) === null) return { afterSeq, isDone: true };
  const heartbeat = setInterval(() => context.heartbeat(afterSeq), LOOK_EVERY_MS);
  const startedMs = deps.now();
  try {
    while (deps.now() - startedMs < MAX_MS) {
      const news = nextEvent(deps, run.run_id);
      const events = await deps.store.events.read(run.run_id, afterSeq, PAGE);
      for (const event of events) {
        // Each time: an agent may have taken its configuration back.
        const delivery = await findDelivery();
        const isAccepted = delivery !== null && (await deliver(deps, delivery, event));
        if (!isAccepted) return { afterSeq, isDone: true };
        afterSeq = event.seq;
        context.heartbeat(afterSeq);
        if (event.type === 'run-ended') return { afterSeq, isDone: true };
      }
      if (events.length === 0) await Promise.race([news.promise, context.sleep(LOOK_EVERY_MS)]);
      news.stop();
    }
    return { afterSeq, isDone: false };
  } finally {
    clearInterval(heartbeat);
  }
}

/** False: the receiver refused with a 4xx, nothing more is sent. */
async function deliver(
  deps: WorkflowDependencies,
  { run, webhook, body }: Delivery,
  event: RunEvent,
): Promise<boolean> {
  for (const [part, message] of wireEvents(run, event).entries()) {
    const text = await body(message);
    if (text === null) continue;
    const id = `${event.runId}:${event.seq}${part === 0 ? '' : `:${part}`}`;
    if (!(await post(deps, webhook, run, id, text))) return false;
  }
  return true;
}

async function deliveryOf(
  deps: WorkflowDependencies,
  { pushId }: DeliverInput,
  run: Run,
  options: JsonObject,
): Promise<Delivery | null> {
  if (pushId === undefined) {
    const webhook = readWebhook(deps, run, options);
    return webhook && { run, webhook, body: async (message) => callbackBody(run, message) };
  }
  const config = await findPushConfig(deps, run.run_id, pushId);
  if (config === null) return null;
  const { url, dialect } = config;
  return {
    run,
    webhook: { url, method: 'POST', headers: pushHeaders(config), timeoutMs: 30_000, maxRetries: 3 },
    body: (message) => pushBody(deps, { run, options, dialect }, message),
  };
}

/** The callback body as existing receivers read it. */
function callbackBody(run: Run, message: JsonObject): string | null {
  if (message['type'] === 'stream_end') return null;
  const { type, task_id, status, progress, message: text, timestamp, final, result, error } = message;
  return JSON.stringify({
    protocol: 'jsonrpc',
    root_task_id: run.root_task_id,
    task_id,
    status,
    progress: progress ?? (status === 'completed' ? 1 : 0),
    message: text ?? null,
    type,
    timestamp,
    final: final === true,
    ...(result === undefined ? {} : { result }),
    ...(error === undefined || error === null ? {} : { error }),
  });
}

async function post(
  deps: WorkflowDependencies,
  webhook: Webhook,
  run: Run,
  id: string,
  text: string,
): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    const status = await tryPost(deps, webhook, run, id, text);
    if (status !== null && status < 400) return true;
    if (status !== null && status < 500) {
      deps.logger.warn({ run_id: run.run_id, status }, 'Webhook refused by its receiver; delivery stops');
      return false;
    }
    if (attempt >= webhook.maxRetries) {
      deps.logger.warn(
        { run_id: run.run_id, webhook_id: id, status },
        'Webhook not delivered; going on with the next event',
      );
      return true;
    }
    // Jitter: many receivers that come back at once are not hit at once.
    await Context.current().sleep(1_000 * 2 ** attempt * (0.9 + Math.random() * 0.2));
  }
}

/** Status, or null when nothing answered. */
async function tryPost(
  deps: WorkflowDependencies,
  webhook: Webhook,
  run: Run,
  id: string,
  text: string,
): Promise<number | null> {
  const secret = webhookSecret((purpose) => deps.sealer.derive(purpose), run.user_id);
  const signed = deps.signWebhook({
    id,
    timestampSeconds: Math.floor(deps.now() / 1_000),
    body: text,
    secret,
  });
  try {
    const { status } = await deps.http.request({
      url: webhook.url,
      method: webhook.method,
      headers: { 'content-type': 'application/json', ...webhook.headers, ...signed },
      body: text,
      timeoutMs: webhook.timeoutMs,
      maxBytes: 64 * 1024,
      maxRedirects: 0,
      signal: Context.current().cancellationSignal,
    });
    return status;
  } catch (error) {
    if (Context.current().cancellationSignal.aborted) throw new CancelledFailure('Delivery cancelled');
    // A private address stays one however often it is tried.
    if (AppError.is(error) && error.code === 'blocked_address') return 403;
    if (AppError.is(error)) return null;
    throw error;
  }
}

function readWebhook(deps: WorkflowDependencies, run: Run, options: JsonObject): Webhook | null {
  const given = options['webhook'];
  if (!isJsonObject(given) || typeof given['url'] !== 'string') return null;
  const sealed = given['headers'];
  const headers =
    typeof sealed === 'string' ? JSON.parse(deps.sealer.open(sealed, `webhook:${run.user_id}`)) : {};
  return {
    url: given['url'],
    method: String(given['method'] ?? 'POST'),
    headers: headers as Record<string, string>,
    timeoutMs: Number(given['timeout'] ?? 30) * 1_000,
    maxRetries: Number(given['max_retries'] ?? 3),
  };
}

function nextEvent(deps: WorkflowDependencies, runId: string): { promise: Promise<void>; stop: () => void } {
  let stop: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    const unsubscribe = deps.store.events.subscribe((event) => {
      if (event.runId === runId && event.type !== 'task-delta') resolve();
    });
    stop = () => {
      unsubscribe();
      resolve();
    };
  });
  return { promise, stop };
}
