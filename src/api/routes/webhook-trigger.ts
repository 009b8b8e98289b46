/**
 * `POST /webhook/trigger/{task_id}?async=true|false`: how systems that cannot sign in have a task run. Signed, or from
 * the task's owner as any other request; nothing else gets through.
 */
import { AppError, errorMapping } from '../../core/errors.ts';
import type { TriggerSignature } from '../../ports/trigger-secrets.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import { canSee } from '../methods/own.ts';
import { ownersTrigger, requireSigned } from '../methods/tasks-webhook.ts';
import { setErrorHeaders } from '../middleware/error-headers.ts';
import { identify } from '../middleware/identify.ts';
import { readBody } from '../middleware/read-body.ts';
import { rpcError, toAppError } from '../rpc/error-answer.ts';
import { signedTrigger, type Trigger, type TriggerAnswer, triggerRun } from '../runs/trigger-run.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { callOf } from './rpc.ts';

export function webhookTriggerRoute(deps: ApiDeps, streams: StreamHub): ApiMiddleware {
  const known = identify(deps);
  return async function webhookTrigger(context) {
    const { params } = context as ApiContext & { params: Record<string, string | undefined> };
    const taskId = params['task_id'] ?? '';
    context.set('Cache-Control', 'no-store');
    try {
      const address = addressOf(context, deps);
      deps.triggerRate?.take(`address ${address}`);
      const signature = signatureOf(context);
      if (signature !== null && deps.mayTriggerFrom?.(address) === false)
        throw new AppError(
          'forbidden',
          `Signed triggers are not taken from ${address} (WEBHOOK_ALLOWED_IPS)`,
        );
      const body = await readBody(context.req, deps.settings.smallBodyBytes);
      answer(context, await triggerRun(await triggerOf(taskId, signature, body)));
    } catch (thrown) {
      refuse(context, taskId, toAppError(thrown, deps.logger, context.state.requestId));
    }

    async function triggerOf(
      id: string,
      signature: TriggerSignature | null,
      body: Uint8Array,
    ): Promise<Trigger> {
      const isAsync = isAsynchronous(context);
      const { requestId } = context.state;
      if (signature !== null) {
        const task = await requireSigned({ deps }, id, signature, body);
        return signedTrigger(deps, streams, task, { requestId, signature, isAsync });
      }
      await known(context, async () => undefined);
      const call = callOf(context, deps, streams);
      const task = await deps.store.tasks.get(id);
      if (task === null || !canSee(call.identity, task.user_id)) throw unsigned();
      deps.activity.changed(call.identity);
      return ownersTrigger(call, task, isAsync);
    }
  };
}

/** Whether there is such a task is none of their business. */
function unsigned(): AppError {
  return new AppError(
    'unauthorized',
    'The signature is missing: send X-Webhook-Signature and X-Webhook-Timestamp, or webhook-id, webhook-timestamp and webhook-signature; or sign in as the owner of the task',
  );
}

function answer(context: ApiContext, triggered: TriggerAnswer): void {
  context.status = triggered.status === 'already_running' ? 409 : 200;
  context.body = triggered;
}

/** The shape existing clients know, with our code beside it. */
function refuse(context: ApiContext, taskId: string, error: AppError): void {
  setErrorHeaders(context, error);
  const { requestId } = context.state;
  const { code, docs } = rpcError(error, requestId).meta;
  context.status = errorMapping(error.code).httpStatus;
  context.body = {
    success: false,
    error: error.message,
    task_id: taskId,
    code,
    request_id: requestId,
    docs,
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

/** null: nothing was signed. */
function signatureOf(context: ApiContext): TriggerSignature | null {
  const standard = context.get('webhook-signature');
  const id = context.get('webhook-id');
  if (standard !== '') {
    if (!/^[\x21-\x7e]{1,255}$/.test(id))
      throw new AppError(
        'unauthorized',
        'webhook-id must be 1 to 255 printable characters: it is a part of what is signed',
      );
    return {
      kind: 'standard-webhooks',
      id,
      signature: standard,
      timestamp: context.get('webhook-timestamp'),
      fields: { signature: 'webhook-signature', timestamp: 'webhook-timestamp' },
    };
  }
  const signature = context.get('x-webhook-signature');
  if (signature === '') return null;
  return {
    kind: 'hmac',
    signature,
    timestamp: context.get('x-webhook-timestamp'),
    fields: { signature: 'X-Webhook-Signature', timestamp: 'X-Webhook-Timestamp' },
  };
}

function isAsynchronous(context: ApiContext): boolean {
  const given = context.query['async'];
  const text = Array.isArray(given) ? given[0] : given;
  if (text === undefined || text === '') return true;
  const word = text.toLowerCase();
  if (['true', '1', 'yes'].includes(word)) return true;
  if (['false', '0', 'no'].includes(word)) return false;
  throw new AppError('invalid_params', 'async must be true or false');
}

function addressOf(context: ApiContext, deps: ApiDeps): string {
  return deps.clientAddress.of(
    context.req.socket.remoteAddress ?? '',
    context.get('x-forwarded-for') || undefined,
  );
}
