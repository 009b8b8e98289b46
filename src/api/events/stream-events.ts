/** Server-sent events on a response: headers, heartbeat, a bound on slow readers, and an orderly end. */
import type { ServerResponse } from 'node:http';
import type { Logger } from '../../ports/telemetry.ts';
import type { SseEvent } from './sse-event.ts';
import type { StreamHub } from './stream-hub.ts';

const HEARTBEAT_MS = 15_000;
/** A reader this far behind is dropped; it resumes with Last-Event-ID. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

export const SSE_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache',
  'X-Accel-Buffering': 'no',
} as const;

export interface Following {
  /** Looks at the store again: for what no notification told of. */
  refresh(): void;
  stop(): void;
  /** Resolves when there is no more to come or following stopped; rejects when the store failed. */
  readonly done: Promise<void>;
}

export interface StreamedEvents {
  readonly hub: StreamHub;
  readonly logger: Logger;
  /** Who listens. */
  readonly userId: string;
  /** For log lines: the request, and what is followed. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Sent before any event. */
  readonly first: unknown;
  /** `send` is called in order; false ends the following (client gone). */
  readonly follow: (send: (event: SseEvent) => boolean) => Following;
}

/** One event as it stands on the wire. */
export function formatSse(event: SseEvent): string {
  const id = event.id === null ? '' : `id: ${event.id}\n`;
  return `${id}data: ${JSON.stringify(event.data)}\n\n`;
}

/** Takes over the response. Resolves when the stream ended, however it ended. */
export async function streamEvents(response: ServerResponse, options: StreamedEvents): Promise<void> {
  response.writeHead(200, SSE_HEADERS);
  response.flushHeaders();
  if (options.first !== undefined) response.write(`data: ${JSON.stringify(options.first)}\n\n`);

  const following = options.follow((event) => {
    if (response.destroyed) return false;
    response.write(formatSse(event));
    if (response.writableLength <= MAX_BUFFERED_BYTES) return true;
    options.logger.info({ ...options.about }, 'slow stream reader dropped');
    response.destroy();
    return false;
  });
  const unregister = options.hub.register({ userId: options.userId, close: following.stop });
  const heartbeat = setInterval(() => {
    response.write(': keepalive\n\n');
    following.refresh();
  }, HEARTBEAT_MS);
  response.once('close', following.stop);
  try {
    await following.done;
  } catch (error) {
    // Headers are out: all that is left is to end, and the client resumes by its last event id.
    options.logger.error({ err: error, ...options.about }, 'stream failed');
  } finally {
    clearInterval(heartbeat);
    response.off('close', following.stop);
    unregister();
    if (!response.destroyed) response.end();
  }
}
