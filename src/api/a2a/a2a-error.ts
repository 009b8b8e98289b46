/** Errors in the numbers of A2A, which are other ones than ours. Texts, request id and docs page stay. */
import { AppError, type ErrorCode, errorMapping } from '../../core/errors.ts';
import type { RpcId } from '../rpc/envelope.ts';
import { rpcError } from '../rpc/error-answer.ts';

export const A2A_CODES = {
  taskNotFound: -32001,
  taskNotCancelable: -32002,
  unsupportedOperation: -32004,
  contentTypeNotSupported: -32005,
  versionNotSupported: -32009,
} as const;

const MESSAGES: Readonly<Record<number, string>> = {
  [A2A_CODES.taskNotFound]: 'Task not found',
  [A2A_CODES.taskNotCancelable]: 'Task cannot be canceled',
  [A2A_CODES.unsupportedOperation]: 'This operation is not supported',
  [A2A_CODES.contentTypeNotSupported]: 'Incompatible content types',
  [A2A_CODES.versionNotSupported]: 'Version not supported',
};

/** Ours that have a number of their own there; the others keep JSON-RPC's. */
const CODES: Partial<Record<ErrorCode, number>> = {
  not_found: A2A_CODES.taskNotFound,
  conflict: A2A_CODES.unsupportedOperation,
  idempotency_conflict: -32600,
  forbidden: -32000,
  blocked_address: -32602,
  quota_exceeded: -32000,
  concurrency_exceeded: -32000,
  unavailable: -32603,
};
/** Statuses that programs between client and server act on; all else is the answer's own business. */
const TRANSPORT_STATUSES = new Set([413, 429, 503]);

/** An error of the protocol itself. */
export class A2aError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'A2aError';
    this.code = code;
  }
}

export interface A2aFailure {
  readonly status: number;
  readonly body: unknown;
  /** Ours, for the headers that go with it. */
  readonly error: AppError | null;
}

export function a2aFailure(id: RpcId, error: AppError | A2aError, requestId: string): A2aFailure {
  if (error instanceof A2aError) {
    const { code, message } = error;
    const data =
      MESSAGES[code] === undefined ? {} : { data: { message: MESSAGES[code], request_id: requestId } };
    return { status: 200, body: { jsonrpc: '2.0', id, error: { code, message, ...data } }, error: null };
  }
  const { data, meta, code, message } = rpcError(error, requestId);
  const { httpStatus } = errorMapping(error.code);
  return {
    status: TRANSPORT_STATUSES.has(httpStatus) ? httpStatus : 200,
    error,
    body: {
      jsonrpc: '2.0',
      id,
      // Clients of this protocol show the message: the sentence stands there.
      error: {
        code: CODES[error.code] ?? code,
        message: typeof data === 'string' ? data : message,
        data:
          typeof data === 'string' ? { code: meta.code, request_id: meta.request_id, docs: meta.docs } : data,
      },
    },
  };
}

export function isA2aError(error: unknown): error is AppError | A2aError {
  return error instanceof A2aError || AppError.is(error);
}
