/** The events of one run on a response. */
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../core/json.ts';
import type { Run } from '../../core/run.ts';
import type { Store } from '../../ports/store.ts';
import type { Logger } from '../../ports/telemetry.ts';
import { followRun } from './follow-run.ts';
import { streamEvents } from './stream-events.ts';
import type { StreamHub } from './stream-hub.ts';

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

/** Takes over the response. Resolves when the stream ended, however it ended. */
export function openStream(response: ServerResponse, options: StreamOptions): Promise<void> {
  const { shape } = options;
  return streamEvents(response, {
    ...options,
    about: { request_id: options.requestId, run_id: options.run.run_id },
    follow: (send) =>
      followRun({
        ...options,
        send: (event) => {
          const data = shape === undefined ? event.data : shape(event.data);
          return data === null || send({ id: event.id, data });
        },
      }),
  });
}
