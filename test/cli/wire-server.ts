/** A real HTTP server that answers in the wire format of the tasks API, one scripted answer per method. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';

export interface SeenCall {
  readonly method: string;
  readonly params: JsonValue;
  readonly headers: IncomingMessage['headers'];
}

type Answer = { result: JsonValue } | { status: number; error: JsonObject; headers?: Record<string, string> };
type Handler = (params: JsonValue, request: IncomingMessage, response: ServerResponse) => Answer | null;

export interface WireServer extends AsyncDisposable {
  readonly url: string;
  readonly calls: SeenCall[];
  /** Answers of a method; `null` means the handler wrote the response itself. */
  on(method: string, handler: Handler): void;
  /** Answers of a GET path. */
  onGet(path: string, handler: (request: IncomingMessage, response: ServerResponse) => void): void;
}

export async function startWireServer(): Promise<WireServer> {
  const handlers = new Map<string, Handler>();
  const gets = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const calls: SeenCall[] = [];
  const server = createServer(async (request, response) => {
    const get = gets.get(request.url ?? '');
    if (request.method === 'GET' && get !== undefined) return get(request, response);
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id = null, method, params = {} } = JSON.parse(text || '{}') as Record<string, JsonValue>;
    calls.push({ method: String(method), params: params ?? {}, headers: request.headers });
    const answer = (handlers.get(String(method)) ?? unknownMethod(String(method)))(
      params ?? {},
      request,
      response,
    );
    if (answer === null) return;
    const isError = 'error' in answer;
    response.writeHead(isError ? answer.status : 200, {
      'content-type': 'application/json',
      ...(isError ? answer.headers : {}),
    });
    response.end(
      JSON.stringify({
        jsonrpc: '2.0',
        id,
        ...(isError ? { error: answer.error } : { result: answer.result }),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    on: (method, handler) => void handlers.set(method, handler),
    onGet: (path, handler) => void gets.set(path, handler),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function unknownMethod(method: string): Handler {
  return () => ({
    status: 400,
    error: { code: -32601, message: 'Method not found', data: `Unknown task method: ${method}` },
  });
}

/** Events as they go over the wire. */
export function sse(events: readonly { id?: string; data: JsonObject }[]): string {
  return events
    .map(({ id, data }) => `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`)
    .join('');
}
