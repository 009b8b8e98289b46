/** Errors as JSON-RPC shows them. All numbers and statuses come from the one table in core/errors. */
import { AppError, type ErrorCode, errorMapping, errorPagePath } from '../../core/errors.ts';
import type { Logger } from '../../ports/telemetry.ts';
import type { RpcId } from './envelope.ts';

export interface RpcError {
  readonly code: number;
  readonly message: string;
  /** The sentence clients print, or the facts of a quota. */
  readonly data: unknown;
  readonly meta: {
    readonly code: ErrorCode;
    readonly request_id: string;
    /** Where the page about this code is served. */
    readonly docs: string;
    /** The sentence for people, where `data` is an object. */
    readonly message?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

export interface RpcErrorAnswer {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly error: RpcError;
}

/** Codes whose `data` is an object, as the contract has it. */
const OBJECT_DATA: ReadonlySet<ErrorCode> = new Set([
  'quota_exceeded',
  'concurrency_exceeded',
  'rate_limited',
]);

/** Anything thrown as an AppError; what is not ours becomes `internal`, logged in full and told to nobody. */
export function toAppError(error: unknown, logger: Logger, requestId: string): AppError {
  if (AppError.is(error)) {
    if (error.code === 'internal') logger.error({ err: error, request_id: requestId }, 'internal error');
    return error;
  }
  logger.error({ err: error, request_id: requestId }, 'unexpected error');
  return new AppError('internal', `Internal error. Report request id ${requestId}.`, { cause: error });
}

/** `error` of the answer. Never a stack, never the cause. */
export function rpcError(error: AppError, requestId: string): RpcError {
  const mapping = errorMapping(error.code);
  const hasObjectData = OBJECT_DATA.has(error.code) && error.details !== undefined;
  return {
    code: mapping.rpcCode,
    message: mapping.message,
    data: hasObjectData ? error.details : error.message,
    meta: {
      code: error.code,
      request_id: requestId,
      docs: errorPagePath(error.code),
      ...(hasObjectData ? { message: error.message } : {}),
      ...(error.details !== undefined && !hasObjectData ? { details: error.details } : {}),
    },
  };
}

export function errorAnswer(id: RpcId, error: AppError, requestId: string): RpcErrorAnswer {
  return { jsonrpc: '2.0', id, error: rpcError(error, requestId) };
}
