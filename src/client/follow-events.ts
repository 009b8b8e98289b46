/** An event stream that survives lost connections: it reconnects behind the last event it has seen. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { SseParser } from '../core/sse-parser.ts';
import { pause } from './pause.ts';
import { readChunks } from './read-chunks.ts';
import { RpcError } from './rpc-error.ts';
import { UnreachableError } from './unreachable-error.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** An event as the server sends it. `type` is `data.type` (`task_start`, `final` …). */
export interface StreamEvent {
  /** `<run_id>:<seq>`; null when the event cannot be resumed behind. */
  readonly id: string | null;
  readonly type: string;
  readonly data: JsonObject;
}

export interface FollowOptions {
  readonly url: string;
  /** Opens the stream behind an event; null = from the start. */
  readonly connect: (lastEventId: string | null) => Promise<Response>;
  readonly lastEventId: string | null;
  /** A stream that is open already and is read first. */
  readonly opened?: Response;
  /** Lost connections in a row, without an event between them, before it gives up. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
}

/** Ends after the run's last event. Throws UnreachableError after `retries` connections without an event, RpcError when refused. */
export async function* followEvents(options: FollowOptions): AsyncGenerator<StreamEvent, void, undefined> {
  let lastEventId = options.lastEventId;
  let response: Response | null = options.opened ?? null;
  let failures = 0;
  let isFinal = false;
  for (;;) {
    let problem: unknown = null;
    try {
      response ??= await options.connect(lastEventId);
      for await (const event of eventsOf(response)) {
        failures = 0;
        lastEventId = event.id ?? lastEventId;
        isFinal ||= event.type === 'final';
        yield event;
        if (event.type === 'stream_end' || event.type === 'conversation_deleted') return;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      // A refusal will not change by asking again; 503 is a server that is just restarting.
      if (error instanceof RpcError && error.httpStatus !== 503) throw error;
      problem = error;
    }
    if (isFinal) return;
    response = null;
    if (failures++ >= options.retries)
      throw new UnreachableError(options.url, 'the event stream broke off', problem);
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    await pause(pauseMs, options.signal);
  }
}

/** The events of one connection. The JSON-RPC answer that stands first in an execute stream has the type `started`. */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent, void, undefined> {
  if (response.body === null) return;
  const parser = new SseParser();
  const decoder = new TextDecoder();
  for await (const bytes of readChunks(response.body)) {
    for (const message of parser.push(decoder.decode(bytes, { stream: true }))) {
      const data = JSON.parse(message.data) as JsonValue;
      if (isJsonObject(data)) yield toEvent(message.id, data);
    }
  }
}

function toEvent(id: string | null, data: JsonObject): StreamEvent {
  const { result, type } = data;
  if (data['jsonrpc'] === '2.0' && isJsonObject(result)) return { id, type: 'started', data: result };
  return { id, type: typeof type === 'string' ? type : 'message', data };
}
