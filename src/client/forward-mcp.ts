/**
 * Carries messages of the Model Context Protocol to the server's `/mcp` and the answers back, as they are: for programs
 * that speak it over a pipe. The headers that HTTP asks for are made from what the messages say.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { SseParser } from '../core/sse-parser.ts';
import { readChunks } from './read-chunks.ts';
import { exchange, type TransportOptions } from './transport.ts';

const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

export interface McpSession {
  /** The answers to one message: none to a notification; notifications, then the answer, to a request. */
  send(message: JsonObject, signal?: AbortSignal): AsyncGenerator<JsonValue, void, undefined>;
}

/** `send` throws RpcError and UnreachableError. */
export function openMcpSession(transport: TransportOptions): McpSession {
  // What `initialize` has agreed on; later versions say it in every message.
  let version: string | null = null;
  return {
    async *send(message, signal) {
      const response = await exchange(transport, {
        path: '/mcp',
        body: message,
        headers: { accept: 'application/json, text/event-stream', ...headersOf(message, version) },
        isRead: false,
        signal,
      });
      for await (const answer of answersOf(response)) {
        if (message['method'] === 'initialize') version = agreedVersion(answer) ?? version;
        yield answer;
      }
    },
  };
}

function headersOf({ method, params }: JsonObject, agreed: string | null): Record<string, string> {
  const given = isJsonObject(params) ? params : {};
  const meta = isJsonObject(given['_meta']) ? given['_meta'] : {};
  const version = meta[VERSION_KEY] ?? agreed;
  const name = given['name'] ?? given['uri'];
  return {
    ...(typeof version === 'string' && method !== 'initialize' ? { 'mcp-protocol-version': version } : {}),
    ...(typeof method === 'string' ? { 'mcp-method': headerText(method) } : {}),
    ...(typeof name === 'string' ? { 'mcp-name': headerText(name) } : {}),
  };
}

/** What a header cannot hold goes in the base64 form that the protocol names. */
function headerText(text: string): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?')) return text;
  const bytes = new TextEncoder().encode(text);
  return `=?base64?${btoa(String.fromCodePoint(...bytes))}?=`;
}

async function* answersOf(response: Response): AsyncGenerator<JsonValue> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const text = await response.text();
    if (text !== '') yield JSON.parse(text) as JsonValue;
    return;
  }
  const parser = new SseParser();
  const decoder = new TextDecoder();
  if (response.body === null) return;
  for await (const chunk of readChunks(response.body))
    for (const { data } of parser.push(decoder.decode(chunk, { stream: true })))
      if (data !== '') yield JSON.parse(data) as JsonValue;
}

function agreedVersion(answer: JsonValue): string | null {
  const result = isJsonObject(answer) ? answer['result'] : undefined;
  const version = isJsonObject(result) ? result['protocolVersion'] : undefined;
  return typeof version === 'string' ? version : null;
}
