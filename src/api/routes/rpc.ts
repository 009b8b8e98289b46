/** A JSON-RPC endpoint over HTTP: body in, outcome of the dispatcher out. */
import type { ServerResponse } from 'node:http';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import type { Call } from '../method.ts';
import { setErrorHeaders } from '../middleware/error-headers.ts';
import { readBody } from '../middleware/read-body.ts';
import { checkValue } from '../rpc/check-value.ts';
import { dispatch, type RpcOutcome, type RpcScope } from '../rpc/dispatch.ts';
import { parseBody } from '../rpc/parse-body.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { sendStream } from './send-stream.ts';
import { sendWork } from './send-work.ts';

export function rpcRoute(scope: RpcScope, deps: ApiDeps, streams: StreamHub): ApiMiddleware {
  const { settings } = deps;
  // Methods with large bodies exist on one endpoint only; the dispatcher holds the others to the small cap.
  const hasLarge = [...scope.methods.values()].some((method) => method.bodyLimit === 'large');
  const limit = hasLarge ? settings.maxBodyBytes : settings.smallBodyBytes;

  return async function rpcMiddleware(context) {
    const bytes = await readBody(context.req, limit);
    const { value, text } = parseBody(bytes, context.headers['content-type']);
    checkValue(value, text);
    const call = callOf(context, deps, streams);
    await answer(context, await dispatch(scope, { body: value, size: bytes.length, call }), call);
  };
}

/** After `identify`. */
export function callOf(context: ApiContext, deps: ApiDeps, streams: StreamHub): Call {
  const { identity, requestId, startedAt } = context.state;
  if (identity === undefined) throw new Error('identify must run before this route');
  let signal: AbortSignal | undefined;
  return {
    deps,
    streams,
    identity,
    requestId,
    startedAt,
    idempotencyKey: header(context, 'idempotency-key'),
    ifMatch: versionOf(header(context, 'if-match')),
    lastEventId: header(context, 'last-event-id'),
    llmKeyHeader: header(context, 'x-llm-api-key'),
    isBatch: false,
    isNotification: false,
    hangUp: () => {
      signal ??= abortOnClose(context.res);
      return signal;
    },
  };
}

async function answer(context: ApiContext, outcome: RpcOutcome, call: Call): Promise<void> {
  switch (outcome.kind) {
    case 'nothing':
      context.status = 204;
      return;
    case 'answer':
      if (outcome.error !== null) setErrorHeaders(context, outcome.error);
      context.status = outcome.status;
      context.set('Content-Type', 'application/json');
      context.body = JSON.stringify(outcome.body);
      return;
    case 'stream': {
      const { run, first, afterSeq } = outcome.stream;
      const answered = { jsonrpc: '2.0', id: outcome.id, result: first };
      await sendStream(context, call.deps, call.streams, { run, afterSeq, first: answered });
      return;
    }
    case 'work':
      await sendWork(context, call, outcome.id, outcome.work);
  }
}

function abortOnClose(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  else
    response.once('close', () => {
      if (!response.writableFinished) controller.abort();
    });
  return controller.signal;
}

/** Weak tags count too: our versions are numbers, which have no weaker meaning. */
function versionOf(tag: string | null): string | null {
  if (tag === null || tag.trim() === '*') return null;
  return tag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}

function header(context: ApiContext, name: string): string | null {
  const value = context.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
