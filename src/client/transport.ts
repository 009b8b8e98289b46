/** One HTTP exchange with the server: repeats what may be repeated, and turns everything that went wrong into an error. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { pause } from './pause.ts';
import { RpcError } from './rpc-error.ts';
import { UnreachableError } from './unreachable-error.ts';

/** Longer than this nobody waits: a daily quota answers with hours. */
const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 200;

export interface TransportOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  /** Repeats after the first attempt. */
  readonly retries: number;
}

export interface Exchange {
  readonly path: string;
  readonly body?: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Repeating changes nothing: network failures are tried again. */
  readonly isRead: boolean;
  /** Carries an idempotency key: an answer of 503 is tried again. */
  readonly isKeyed?: boolean;
}

/** The response, when its status is 2xx. Throws RpcError, UnreachableError, or the signal's reason. */
export async function exchange(options: TransportOptions, request: Exchange): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await attemptOnce(options, request);
    if (outcome instanceof Response) return outcome;
    const pauseMs = attempt < options.retries ? pauseBefore(outcome, request, attempt) : null;
    if (pauseMs === null) throw outcome;
    await pause(pauseMs, request.signal);
  }
}

async function attemptOnce(
  options: TransportOptions,
  request: Exchange,
): Promise<Response | RpcError | UnreachableError> {
  const hasBody = request.body !== undefined;
  try {
    const response = await options.fetch(options.url + request.path, {
      method: hasBody ? 'POST' : 'GET',
      headers: {
        ...options.headers,
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...request.headers,
      },
      ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
    });
    return response.ok ? response : await refusal(options.url, response);
  } catch (error) {
    request.signal?.throwIfAborted();
    return new UnreachableError(options.url, reasonOf(error), error);
  }
}

/** Milliseconds to wait before the next attempt; null = do not try again. */
function pauseBefore(error: RpcError | UnreachableError, request: Exchange, attempt: number): number | null {
  const backoff = FIRST_PAUSE_MS * 2 ** attempt;
  if (error instanceof UnreachableError) return request.isRead ? backoff : null;
  const isRepeatable = error.httpStatus === 429 || request.isRead || request.isKeyed === true;
  if (!isRepeatable || (error.httpStatus !== 429 && error.httpStatus !== 503)) return null;
  if (error.retryAfterSeconds === null) return error.httpStatus === 503 ? backoff : null;
  const asked = error.retryAfterSeconds * 1000;
  return asked <= LONGEST_PAUSE_MS ? asked : null;
}

/** JSON-RPC errors and the `{error: {code, message}}` of plain routes alike. */
async function refusal(url: string, response: Response): Promise<RpcError | UnreachableError> {
  const text = await response.text();
  const body = parse(text);
  const error = isJsonObject(body) ? body['error'] : undefined;
  if (!isJsonObject(error)) {
    // Routes of older systems answer `{success: false, error, message}`.
    const said = isJsonObject(body) && typeof body['message'] === 'string' ? body['message'] : text;
    const detail = said.trim().slice(0, 200);
    if (response.status >= 500) return new UnreachableError(url, `HTTP ${response.status} ${detail}`.trim());
    return new RpcError({
      code: -32004,
      message: detail || `HTTP ${response.status}`,
      httpStatus: response.status,
    });
  }
  return toRpcError(error, response.status, response.headers.get('retry-after'));
}

export function toRpcError(error: JsonObject, httpStatus: number, retryAfter: string | null): RpcError {
  const { code, message, data, meta } = error;
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  return new RpcError({
    code: typeof code === 'number' ? code : -32603,
    message: typeof message === 'string' ? message : 'Error',
    data,
    meta: isJsonObject(meta) ? meta : undefined,
    httpStatus,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : null,
  });
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Not JSON: a proxy's page or plain text. The caller shows it as it is.
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { code?: string } | undefined)?.code;
  if (code === 'ECONNREFUSED') return 'nobody listens there';
  return cause instanceof Error ? cause.message || (code ?? cause.name) : String(cause);
}
