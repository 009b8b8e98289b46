/** One operation of the Model Context Protocol: connects, asks, closes, and words what went wrong. */
import {
  Client,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { AppError } from '../src/core/errors.ts';
import type { StreamingHttpClient } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import type { Deadline } from './_deadline.ts';
import { fetchOver } from './_http-fetch.ts';
import { type McpProgram, McpProgramTransport } from './_mcp-program.ts';

export type McpOperation =
  | { readonly kind: 'list_tools' | 'list_resources' }
  | { readonly kind: 'call_tool'; readonly name: string; readonly arguments: JsonObject }
  | { readonly kind: 'read_resource'; readonly uri: string };

export interface McpCall {
  readonly operation: McpOperation;
  readonly deadline: Deadline;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly idempotencyKey: string;
  readonly onProgress: (share: number, message: string | undefined) => void;
}

/** Where servers look for the key of a call, beside the header. */
export const KEY_MEMBER = 'taskgrove/idempotency-key';
/** A program of the older protocol may leave the question for the newer one unanswered. */
const PROBE_MS = 3_000;
const NO_RECONNECTS = {
  maxRetries: 0,
  initialReconnectionDelay: 0,
  maxReconnectionDelay: 0,
  reconnectionDelayGrowFactor: 1,
};

/** Over streamable HTTP. */
export async function callMcpUrl(
  target: {
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly http: StreamingHttpClient;
  },
  call: McpCall,
): Promise<JsonValue> {
  const transport = new StreamableHTTPClientTransport(target.url, {
    requestInit: { headers: { ...target.headers } },
    reconnectionOptions: NO_RECONNECTS,
    fetch: fetchOver(target.http, {
      signal: call.deadline.signal,
      timeoutMs: call.timeoutMs,
      maxBytes: call.maxBytes,
      headersFor: (body) => (isToolCall(body) ? { 'idempotency-key': call.idempotencyKey } : {}),
    }),
  });
  return converse(transport as Transport, call, (error) => worded(error, target.url.href));
}

/** Over the standard streams of a program. */
export async function callMcpProgram(program: McpProgram, call: McpCall): Promise<JsonValue> {
  const transport = new McpProgramTransport(program);
  return converse(transport as Transport, call, (error) => {
    const notes = transport.notes === '' ? '' : `. It said: ${transport.notes}`;
    const failure = worded(error, program.program);
    return new AppError(failure.code, failure.message + notes, {
      retryable: failure.retryable,
      cause: error,
    });
  });
}

async function converse(
  transport: Transport,
  call: McpCall,
  wordsOf: (error: unknown) => AppError,
): Promise<JsonValue> {
  const client = new Client(
    { name: 'taskgrove', version: '1' },
    { versionNegotiation: { mode: 'auto', probe: { timeoutMs: Math.min(PROBE_MS, call.timeoutMs) } } },
  );
  const options = { signal: call.deadline.signal, timeout: call.timeoutMs };
  const work = async () => {
    await client.connect(transport, options);
    return operate(client, call, options);
  };
  try {
    return await call.deadline.hold(
      'The conversation with the MCP server',
      work().catch((error: unknown) => {
        throw wordsOf(error);
      }),
    );
  } finally {
    // An end that fails changes nothing about the answer.
    await client.close().catch(() => undefined);
    await transport.close().catch(() => undefined);
  }
}

async function operate(
  client: Client,
  call: McpCall,
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<JsonValue> {
  const { operation } = call;
  switch (operation.kind) {
    case 'list_tools':
      return (await client.listTools(undefined, options)) as JsonValue;
    case 'list_resources':
      return (await client.listResources(undefined, options)) as JsonValue;
    case 'read_resource':
      return (await client.readResource({ uri: operation.uri }, options)) as JsonValue;
    case 'call_tool': {
      const answer = await client.callTool(
        {
          name: operation.name,
          arguments: operation.arguments,
          _meta: { [KEY_MEMBER]: call.idempotencyKey },
        },
        {
          ...options,
          onprogress: ({ progress, total, message }) =>
            call.onProgress(total === undefined || total <= 0 ? 0 : Math.min(1, progress / total), message),
        },
      );
      if (answer.isError === true) throw toolFailure(operation.name, answer.content);
      return answer as JsonValue;
    }
  }
}

function toolFailure(name: string, content: readonly { type: string; text?: unknown }[]): AppError {
  const said = content.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('\n');
  return new AppError(
    'task_failed',
    `The tool '${name}' failed: ${said === '' ? 'it does not say why' : said}`,
  );
}

function isToolCall(body: string): boolean {
  if (body === '') return false;
  const message = JSON.parse(body) as { method?: unknown } | null;
  return message?.method === 'tools/call';
}

function worded(error: unknown, server: string): AppError {
  const known = appErrorIn(error);
  if (known !== null) return known;
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof SdkHttpError) {
    const isPassing = error.status >= 500 || error.status === 429;
    return new AppError(
      isPassing ? 'task_transient' : 'task_failed',
      `${server} answered with status ${error.status}: ${reason}`,
      { cause: error },
    );
  }
  return new AppError('task_failed', `The MCP server ${server} did not do it: ${reason}`, { cause: error });
}

/** The guarded client's own error, which the SDK may have wrapped. */
function appErrorIn(error: unknown): AppError | null {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (AppError.is(current)) return current;
  }
  return null;
}
