/** `POST /mcp`: the Model Context Protocol over streamable HTTP. Reads as the JSON-RPC endpoints do, then asks the SDK. */
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AppError } from '../../core/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import { readBody } from '../middleware/read-body.ts';
import { callOf } from '../routes/rpc.ts';
import { checkValue } from '../rpc/check-value.ts';
import { RPC_LIMITS } from '../rpc/limits.ts';
import { parseBody } from '../rpc/parse-body.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import type { McpHandler } from './mcp-handler.ts';

/** After `identify`. */
export function mcpRoute(deps: ApiDeps, hub: StreamHub): ApiMiddleware {
  let loading: Promise<McpHandler> | undefined;
  // The SDK is large; a server that no agent asks starts without it.
  const load = () => {
    loading ??= import('./mcp-handler.ts').then(({ createHandler }) => createHandler(deps.logger));
    return loading;
  };

  return async function mcpMiddleware(context) {
    const bytes = await readBody(context.req, deps.settings.maxBodyBytes);
    const { value, text } = parseBody(bytes, context.headers['content-type']);
    checkValue(value, text);
    if (Array.isArray(value) && value.length > RPC_LIMITS.batch)
      throw new AppError('invalid_request', `A batch may hold at most ${RPC_LIMITS.batch} requests`);
    const call = callOf(context, deps, hub);
    const closing = new AbortController();
    const signal = AbortSignal.any([call.hangUp(), closing.signal]);
    const request = requestOf(context, signal);
    const handler = await load();
    const response = await handler.handle(request, value, { call, size: bytes.length });
    await send(context, response, (stream) => {
      const unregister = hub.register({ userId: call.identity.userId, close: () => closing.abort() });
      stream.once('close', unregister);
    });
  };
}

function requestOf(context: ApiContext, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(context.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return new Request(new URL(context.url, 'http://localhost'), { method: 'POST', headers, signal });
}

async function send(
  context: ApiContext,
  response: Response,
  onStream: (stream: Readable) => void,
): Promise<void> {
  context.status = response.status;
  for (const [name, value] of response.headers) context.set(name, value);
  if (response.body === null) {
    context.body = null;
    // Koa makes 204 of an empty body.
    context.status = response.status;
    return;
  }
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    context.body = Buffer.from(await response.arrayBuffer());
    return;
  }
  const stream = Readable.fromWeb(response.body as ReadableStream);
  onStream(stream);
  context.set('X-Accel-Buffering', 'no');
  // Events must leave as they come; compression would gather them.
  context.compress = false;
  context.body = stream;
}
