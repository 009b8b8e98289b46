/**
 * The one error type of the product and the one table that maps its codes to every transport.
 * Nothing else decides a JSON-RPC code, an HTTP status or whether Temporal may retry.
 */

/** How a code shows on each transport. `slug` names the page under docs/errors/. */
export interface ErrorMapping {
  readonly rpcCode: number;
  readonly httpStatus: number;
  readonly message: string;
  /** false: Temporal never retries an activity that failed with this code. */
  readonly retryable: boolean;
  readonly slug: string;
}

/** Codes are stable: clients match on them. Each has a page, served at `errorPagePath`. */
export const ERROR_TABLE = {
  parse_error: map(-32700, 400, 'Parse error', false),
  invalid_request: map(-32600, 400, 'Invalid Request', false),
  method_not_found: map(-32601, 400, 'Method not found', false),
  invalid_params: map(-32602, 400, 'Invalid params', false),
  unprocessable: map(-32602, 422, 'Invalid params', false),
  payload_too_large: map(-32602, 413, 'Payload too large', false),
  unsupported_media_type: map(-32600, 415, 'Unsupported media type', false),
  unauthorized: map(-32001, 401, 'Unauthorized', false),
  forbidden: map(-32003, 403, 'Forbidden', false),
  not_found: map(-32004, 404, 'Not found', false),
  conflict: map(-32009, 409, 'Conflict', false),
  idempotency_conflict: map(-32009, 409, 'Conflict', false),
  precondition_failed: map(-32009, 412, 'Changed meanwhile', false),
  quota_exceeded: map(-32001, 429, 'Daily task tree quota exceeded', false),
  concurrency_exceeded: map(-32002, 429, 'Concurrency limit reached', false),
  rate_limited: map(-32000, 429, 'Rate limit exceeded', true),
  unavailable: map(-32010, 503, 'Service unavailable', true),
  internal: map(-32603, 500, 'Internal error', true),
  // Failures of a task's own work. They reach clients as the task's error text, not as an RPC error.
  executor_unknown: map(-32602, 400, 'Unknown executor', false),
  executor_unavailable: map(-32003, 403, 'Executor not available', false),
  task_input_invalid: map(-32602, 400, 'Invalid task inputs', false),
  task_failed: map(-32603, 500, 'Task failed', false),
  task_transient: map(-32010, 503, 'Task failed for now', true),
  task_timeout: map(-32010, 503, 'Task timed out', true),
  llm_key_missing: map(-32602, 400, 'LLM key missing', false),
  llm_budget_exceeded: map(-32001, 429, 'LLM budget exceeded', false),
  llm_key_expired: map(-32602, 400, 'LLM key expired', false),
  task_cancelled: map(-32009, 409, 'Task cancelled', false),
  blocked_address: map(-32003, 403, 'Address not allowed', false),
  store_corrupt: map(-32010, 503, 'Database cannot be read', false),
} as const satisfies Record<string, Omit<ErrorMapping, 'slug'>>;

export type ErrorCode = keyof typeof ERROR_TABLE;

function map(rpcCode: number, httpStatus: number, message: string, retryable: boolean) {
  return { rpcCode, httpStatus, message, retryable } as const;
}

/** The mapping of a code, with its docs slug (`docs/errors/<slug>.md`). */
export function errorMapping(code: ErrorCode): ErrorMapping {
  return { ...ERROR_TABLE[code], slug: code.replaceAll('_', '-') };
}

/** Where the page of a code is served. */
export function errorPagePath(code: ErrorCode): string {
  return `/docs/errors/${errorMapping(code).slug}`;
}

/** A limit, what is left of it, and when it begins anew. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export interface AppErrorOptions {
  /** Overrides the table, e.g. a 404 of a remote server that will not change. */
  readonly retryable?: boolean;
  /** Structured facts for the caller; becomes `error.data` where the contract asks for an object. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds after which a repeat makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Becomes the `RateLimit-*` headers. */
  readonly rateLimit?: RateLimit;
  readonly cause?: unknown;
}

const MARKER = Symbol.for('taskgrove.app-error');

/** `message` is the human sentence that clients print (`error.data`): name the field and the way out. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly [MARKER] = true;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? ERROR_TABLE[code].retryable;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.rateLimit = options.rateLimit;
  }

  /** Safe across module copies and realms (the workflow sandbox has its own `AppError`). */
  static is(value: unknown): value is AppError {
    return typeof value === 'object' && value !== null && MARKER in value;
  }
}
