/** One JSON-RPC request object: what is taken, and which id its answer carries. */
import { AppError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';

export type RpcId = string | number | null;

export interface Envelope {
  readonly id: RpcId;
  readonly method: string;
  readonly params: unknown;
  /** No answer is sent: `jsonrpc` is there and `id` is not. */
  readonly isNotification: boolean;
}

/**
 * Lenient as existing clients need it: `jsonrpc` may be absent or anything, an absent id without `jsonrpc` is
 * answered with `id: null`. Throws `invalid_request`.
 */
export function readEnvelope(value: unknown): Envelope {
  if (!isJsonObject(value)) throw new AppError('invalid_request', 'A request must be an object');
  const id = value['id'];
  if (id !== undefined && !isRpcId(id))
    throw new AppError('invalid_request', "'id' must be a string, a number or null");
  const method = value['method'];
  if (typeof method !== 'string' || method === '')
    throw new AppError('invalid_request', "'method' must be a non-empty string");
  return {
    id: id ?? null,
    method,
    params: value['params'],
    isNotification: id === undefined && Object.hasOwn(value, 'jsonrpc'),
  };
}

/** The id to answer with when the request itself is wrong: its own where that is usable, else null. */
export function idOf(value: unknown): RpcId {
  if (!isJsonObject(value)) return null;
  const id = (value as JsonObject)['id'];
  return isRpcId(id) ? id : null;
}

function isRpcId(value: unknown): value is RpcId {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
