/** Server-sent events on a response: headers, heartbeat, a bound on slow readers, and an orderly end. */
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../core/json.ts';
import type { Run } from '../../core/run.ts';
import type { Store } from '../../ports/store.ts';
import type { Logger } from '../../ports/telemetry.ts';
import { followRun } from './follow-run.ts';
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

export interface StreamOptions {
  readonly store: Store;
  readonly hub: StreamHub;
  readonly logger: Logger;
  readonly requestId: string;
  /** Who listens. */
  readonly userId: string;
  readonly run: Run;
  readonly afterSeq: number;
  /** Sent before any event: the JSON-RPC answer. */
  readonly first: unknown;
  /** Makes the event's data what the stream's protocol sends; null = nothing. Absent: as it is. */
  readonly shape?: (data: JsonObject) => JsonObject | null;
}

/** One event as it stands on the wire. */
export function formatSse(event: SseEvent): string {
  const id = event.id === null ? '' : `id: ${event.id}\n`;
  return `${id}data: ${JSON.stringify(event.data)}\n\n`;
}

/** Takes over the response. Resolves when the stream ended, however it ended. */
export async function openStream(response: ServerResponse, options: StreamOptions): Promise<void> {
  response.writeHead(200, SSE_HEADERS);
  response.flushHeaders();
  if (options.first !== undefined) response.write(`data: ${JSON.stringify(options.first)}\n\n`);

  const following = followRun({
    ...options,
    send: (event) => {
      if (response.destroyed) return false;
      const data = options.shape === undefined ? event.data : options.shape(event.data);
      if (data === null) return true;
      response.write(formatSse({ id: event.id, data }));
      if (response.writableLength <= MAX_BUFFERED_BYTES) return true;
      options.logger.info(
        { request_id: options.requestId, run_id: options.run.run_id },
        'slow stream reader dropped',
      );
      response.destroy();
      return false;
    },
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
    options.logger.error(
      { err: error, request_id: options.requestId, run_id: options.run.run_id },
      'stream failed',
    );
  } finally {
    clearInterval(heartbeat);
    response.off('close', following.stop);
    unregister();
    if (!response.destroyed) response.end();
  }
}
