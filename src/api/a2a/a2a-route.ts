/** `POST /`: the Agent2Agent protocol, JSON-RPC binding, versions 1.0 and 0.3. */
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ApiDeps } from '../api-deps.ts';
import { parseEventId } from '../events/event-id.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import type { Call } from '../method.ts';
import { setErrorHeaders } from '../middleware/error-headers.ts';
import { readBody } from '../middleware/read-body.ts';
import { callOf } from '../routes/rpc.ts';
import { sendStream } from '../routes/send-stream.ts';
import { checkValue } from '../rpc/check-value.ts';
import { idOf, type RpcId, readEnvelope } from '../rpc/envelope.ts';
import { toAppError } from '../rpc/error-answer.ts';
import { parseBody } from '../rpc/parse-body.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { A2A_CODES, A2aError, a2aFailure, isA2aError } from './a2a-error.ts';
import { operate, type RunStreamResult } from './operations.ts';

/** What the header `A2A-Version` may say; absent or empty is 0.3. */
const VERSIONS = /^(1|0\.3)(\.\d+)*$/;

/** After `identify`. */
export function a2aRoute(deps: ApiDeps, hub: StreamHub): ApiMiddleware {
  return async function a2aMiddleware(context) {
    const bytes = await readBody(context.req, deps.settings.maxBodyBytes);
    const { value, text } = parseBody(bytes, context.headers['content-type']);
    checkValue(value, text);
    const call = callOf(context, deps, hub);
    try {
      checkVersion(context);
      const { id, method, params } = readEnvelope(value);
      const result = await operate({ call, size: bytes.length }, method, params as JsonValue | undefined);
      if (result.kind === 'stream') await stream(context, call, id, result.stream);
      else json(context, 200, { jsonrpc: '2.0', id, result: result.value });
    } catch (caught) {
      if (context.res.headersSent) throw caught;
      const error = isA2aError(caught) ? caught : toAppError(caught, deps.logger, call.requestId);
      const failure = a2aFailure(idOf(value), error, call.requestId);
      context.respond = true;
      if (failure.error !== null) setErrorHeaders(context, failure.error);
      json(context, failure.status, failure.body);
    }
  };
}

function checkVersion(context: ApiContext): void {
  const version = context.get('A2A-Version').trim();
  if (version === '' || VERSIONS.test(version)) return;
  throw new A2aError(A2A_CODES.versionNotSupported, 'A2A-Version must be 1.0 or 0.3');
}

function stream(
  context: ApiContext,
  call: Call,
  id: RpcId,
  { run, first, shape }: RunStreamResult,
): Promise<void> {
  const answer = (result: JsonObject): JsonObject => ({ jsonrpc: '2.0', id, result });
  const position = call.lastEventId === null ? null : parseEventId(call.lastEventId);
  return sendStream(context, call.deps, call.streams, {
    run,
    afterSeq: position?.runId === run.run_id ? position.seq : 0,
    first: answer(first),
    shape: (wire) => {
      const update = shape(wire);
      return update === null ? null : answer(update);
    },
  });
}

function json(context: ApiContext, status: number, body: unknown): void {
  context.status = status;
  context.set('Content-Type', 'application/json');
  context.body = JSON.stringify(body);
}
