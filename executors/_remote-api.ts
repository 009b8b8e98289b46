/** Talks to another server of the tasks API: calls, event streams, and waiting for a task's end. */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../src/core/errors.ts';
import type { HttpRequest, StreamingHttpClient } from '../src/core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';
import { SseParser } from '../src/core/sse-parser.ts';

export interface RemoteApi {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly http: StreamingHttpClient;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface WaitedTask {
  readonly task: JsonObject;
  readonly polls: number;
  readonly failures: number;
}

/** Methods of the endpoint /system; all others are at /tasks. */
const SYSTEM = /^(system|config|keys|quota|usage|models)\./;
const ENDED = new Set(['completed', 'failed', 'cancelled', 'skipped']);
const MAX_FAILURES_IN_A_ROW = 10;
const MAX_PAUSE_MS = 30_000;

/** The `result` of a call. Throws AppError: terminal what the other side refused, retryable what may pass. */
export async function callRemote(
  api: RemoteApi,
  method: string,
  params: JsonObject,
  idempotencyKey?: string,
): Promise<JsonValue> {
  const answer = await api.http.request({ ...requestOf(api, method, params, idempotencyKey) });
  return resultOf(api, method, answer.status, Buffer.from(answer.body).toString('utf8'), answer.headers);
}

/** Messages of an execute stream: the call's own answer (`{result}`) first, then events. One that breaks off just ends. */
export async function* streamRemote(
  api: RemoteApi,
  method: string,
  params: JsonObject,
  idempotencyKey: string,
): AsyncGenerator<JsonObject> {
  const answer = await api.http.stream(requestOf(api, method, params, idempotencyKey));
  if (answer.headers['content-type']?.startsWith('text/event-stream') !== true) {
    const parts: Uint8Array[] = [];
    for await (const part of answer.body) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    yield { result: resultOf(api, method, answer.status, text, answer.headers) };
    return;
  }
  const parser = new SseParser();
  const decoder = new TextDecoder();
  let hasBegun = false;
  try {
    for await (const bytes of answer.body) {
      for (const { data } of parser.push(decoder.decode(bytes, { stream: true }))) {
        const message = parsed(data);
        if (!isJsonObject(message)) continue;
        if (isJsonObject(message['error']) && 'jsonrpc' in message)
          throw refusal(api, method, 200, message['error']);
        hasBegun = true;
        yield message;
      }
    }
  } catch (error) {
    // What has begun goes on over there: whoever reads on asks for the task instead.
    if (!hasBegun || api.signal.aborted || !AppError.is(error) || error.code !== 'task_transient')
      throw error;
  }
}

/** Asks until the task has ended. Failures in between are passed over, ten in a row are not. */
export async function waitForRemote(
  api: RemoteApi,
  taskId: string,
  pollMs: number,
  onProgress: (share: number) => void,
): Promise<WaitedTask> {
  let failuresInARow = 0;
  let failures = 0;
  for (let polls = 1; ; polls++) {
    try {
      const task = await callRemote(api, 'tasks.get', { task_id: taskId });
      if (!isJsonObject(task)) {
        throw new AppError('task_failed', `${api.baseUrl} knows no task '${taskId}' (any more)`);
      }
      if (ENDED.has(String(task['status']))) return { task, polls, failures };
      if (typeof task['progress'] === 'number') onProgress(task['progress']);
      failuresInARow = 0;
    } catch (error) {
      if (api.signal.aborted || !AppError.is(error) || !error.retryable) throw error;
      failures += 1;
      failuresInARow += 1;
      if (failuresInARow >= MAX_FAILURES_IN_A_ROW) throw error;
    }
    const waitMs = Math.min(pollMs * 2 ** failuresInARow, Math.max(pollMs, MAX_PAUSE_MS));
    await pause(waitMs, undefined, { signal: api.signal });
  }
}

function requestOf(
  api: RemoteApi,
  method: string,
  params: JsonObject,
  idempotencyKey: string | undefined,
): HttpRequest {
  return {
    url: `${api.baseUrl}/${SYSTEM.test(method) ? 'system' : 'tasks'}`,
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      ...api.headers,
      'content-type': 'application/json',
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: api.signal,
    timeoutMs: api.timeoutMs,
    maxBytes: api.maxBytes,
  };
}

function resultOf(
  api: RemoteApi,
  method: string,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): JsonValue {
  const body = parsed(text);
  if (isJsonObject(body) && isJsonObject(body['error'])) {
    throw refusal(api, method, status, body['error'], headers['retry-after']);
  }
  if (isJsonObject(body) && 'result' in body && status < 400) return body['result'] ?? null;
  const isPassing = status >= 500 || status === 429;
  const said = text.trim().slice(0, 200);
  throw new AppError(
    isPassing ? 'task_transient' : 'task_failed',
    `${api.baseUrl} gave no JSON-RPC answer to ${method} (status ${status})${said === '' ? '' : `: ${said}`}`,
    { details: { status } },
  );
}

function refusal(
  api: RemoteApi,
  method: string,
  status: number,
  error: JsonObject,
  retryAfter?: string,
): AppError {
  const { code, message, data } = error;
  const seconds = Number(retryAfter);
  const isPassing = status === 429 || status === 503;
  const why =
    typeof data === 'string'
      ? data
      : isJsonObject(data) && typeof data['message'] === 'string'
        ? data['message']
        : '';
  const text = `${api.baseUrl} refused ${method}: ${String(message)}${why === '' || why === message ? '' : ` (${why})`}`;
  return new AppError(isPassing ? 'task_transient' : 'task_failed', text, {
    details: { status, code },
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterSeconds: seconds } : {}),
  });
}

/** Undefined when the text is not JSON. */
function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
