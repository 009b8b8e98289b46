/**
 * JSON-RPC 2.0 over the method table: single calls, batches, notifications. Knows nothing of HTTP but the status an
 * answer goes out with; never throws.
 */
import { closestName } from '../../core/closest-name.ts';
import { AppError, errorMapping } from '../../core/errors.ts';
import { StreamAnswer } from '../events/stream-answer.ts';
import { WorkAnswer } from '../events/work-answer.ts';
import { type AnyMethod, type Call, changesState } from '../method.ts';
import { checkParams } from './check-params.ts';
import { type Envelope, idOf, type RpcId, readEnvelope } from './envelope.ts';
import { errorAnswer, toAppError } from './error-answer.ts';
import { RPC_LIMITS } from './limits.ts';

/** Methods of one endpoint, aliases included. */
export interface RpcScope {
  readonly name: 'tasks' | 'system';
  readonly methods: ReadonlyMap<string, AnyMethod>;
  /** Methods of the other endpoint, for a call that went to the wrong one. */
  readonly elsewhere: ReadonlySet<string>;
}

export interface RpcRequest {
  readonly body: unknown;
  /** Bytes of the body, after decompression. */
  readonly size: number;
  /** What all calls of this request share. */
  readonly call: Call;
}

export type RpcOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: unknown;
      readonly error: AppError | null;
    }
  | { readonly kind: 'stream'; readonly id: RpcId; readonly stream: StreamAnswer }
  | { readonly kind: 'work'; readonly id: RpcId; readonly work: WorkAnswer }
  | { readonly kind: 'nothing' };

type ItemOutcome =
  | { readonly kind: 'result'; readonly id: RpcId; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: RpcId; readonly error: AppError }
  | { readonly kind: 'nothing' };

export async function dispatch(scope: RpcScope, request: RpcRequest): Promise<RpcOutcome> {
  if (Array.isArray(request.body)) return dispatchBatch(scope, request, request.body);
  const { call } = request;
  const outcome = await runItem(scope, request.body, request.size, call);
  if (outcome.kind === 'nothing') return outcome;
  if (outcome.kind === 'error') return failure(outcome.id, outcome.error, call.requestId);
  if (outcome.value instanceof StreamAnswer) return { kind: 'stream', id: outcome.id, stream: outcome.value };
  if (outcome.value instanceof WorkAnswer) return { kind: 'work', id: outcome.id, work: outcome.value };
  return { kind: 'answer', status: 200, body: success(outcome.id, outcome.value), error: null };
}

/** Answers with the error and its status, as a single call does. */
export function failure(id: RpcId, error: AppError, requestId: string): RpcOutcome {
  const { httpStatus } = errorMapping(error.code);
  return { kind: 'answer', status: httpStatus, body: errorAnswer(id, error, requestId), error };
}

/** Items run side by side, so that a slow one holds up nobody's work; answers stand in the order of the items. */
async function dispatchBatch(scope: RpcScope, request: RpcRequest, items: unknown[]): Promise<RpcOutcome> {
  const { call } = request;
  if (items.length === 0)
    return failure(null, new AppError('invalid_request', 'A batch must not be empty'), call.requestId);
  if (items.length > RPC_LIMITS.batch) {
    const text = `A batch may hold at most ${RPC_LIMITS.batch} requests, this one has ${items.length}`;
    return failure(null, new AppError('invalid_request', text), call.requestId);
  }
  const isLarge = request.size > call.deps.settings.smallBodyBytes;
  const outcomes = await Promise.all(
    items.map((item, index) => {
      const size = isLarge ? Buffer.byteLength(JSON.stringify(item)) : 0;
      const key = call.idempotencyKey === null ? null : `${call.idempotencyKey}:${index}`;
      return runItem(scope, item, size, { ...call, isBatch: true, idempotencyKey: key });
    }),
  );
  const answers = outcomes.flatMap((outcome) => batchAnswer(outcome, call.requestId));
  if (answers.length === 0) return { kind: 'nothing' };
  return { kind: 'answer', status: 200, body: answers, error: null };
}

function batchAnswer(outcome: ItemOutcome, requestId: string): unknown[] {
  if (outcome.kind === 'nothing') return [];
  if (outcome.kind === 'error') return [errorAnswer(outcome.id, outcome.error, requestId)];
  if (outcome.value instanceof StreamAnswer) {
    const text = 'A batch cannot stream: send the execute by itself, or follow GET /runs/{run_id}/events';
    return [errorAnswer(outcome.id, new AppError('invalid_request', text), requestId)];
  }
  return [success(outcome.id, outcome.value)];
}

async function runItem(scope: RpcScope, item: unknown, size: number, call: Call): Promise<ItemOutcome> {
  const { deps, requestId } = call;
  const begun = deps.clock.now();
  let envelope: Envelope | null = null;
  let method: AnyMethod | undefined;
  let code = 'ok';
  try {
    envelope = readEnvelope(item);
    method = findMethod(scope, envelope.method);
    checkAllowed(method, size, call);
    deps.methodRates?.take(method.name, call.identity);
    const params = checkParams(method, envelope.params);
    const own = envelope.isNotification ? { ...call, isNotification: true } : call;
    const value = await method.handle(params, own);
    if (changesState(method)) deps.activity.changed(call.identity);
    return envelope.isNotification ? { kind: 'nothing' } : { kind: 'result', id: envelope.id, value };
  } catch (caught) {
    const error = toAppError(caught, deps.logger, requestId);
    code = error.code;
    if (envelope?.isNotification !== true) return { kind: 'error', id: envelope?.id ?? idOf(item), error };
    deps.logger.info({ request_id: requestId, method: method?.name, code }, 'notification failed');
    return { kind: 'nothing' };
  } finally {
    const label = method?.name ?? 'unknown';
    deps.metrics?.observeCall({ method: label, code, durationMs: deps.clock.now() - begun });
  }
}

function findMethod(scope: RpcScope, name: string): AnyMethod {
  const method = scope.methods.get(name);
  if (method !== undefined) return method;
  const details = wayTo(scope, name);
  throw new AppError(
    'method_not_found',
    `Unknown ${scope.name === 'tasks' ? 'task' : 'system'} method: ${name}`,
    details === null ? {} : { details },
  );
}

/** Where a method nobody knows here may be found. */
function wayTo(scope: RpcScope, name: string): Record<string, string> | null {
  if (scope.elsewhere.has(name)) return { send_to: scope.name === 'tasks' ? '/system' : '/tasks' };
  const meant = closestName(name, scope.methods.keys());
  return meant === null ? null : { did_you_mean: meant };
}

/** Role and size, before params are looked at: a refused caller learns nothing of them. */
function checkAllowed(method: AnyMethod, size: number, call: Call): void {
  const { roles } = method.auth;
  if (
    roles !== undefined &&
    !call.identity.isAdmin &&
    !roles.some((role) => call.identity.roles.includes(role))
  )
    throw new AppError('forbidden', `${method.name} needs the role ${roles.join(' or ')}`);
  const limit = call.deps.settings.smallBodyBytes;
  if (method.bodyLimit === 'small' && size > limit)
    throw new AppError('payload_too_large', `${method.name} takes at most ${limit} bytes, got ${size}`);
}

export function success(id: RpcId, result: unknown) {
  // `undefined` would drop the member, and an answer must have result xor error.
  return { jsonrpc: '2.0', id, result: result === undefined ? null : result };
}
