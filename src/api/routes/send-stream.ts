/** Hands a Koa response over to an event stream. */
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Run } from '../../core/run.ts';
import type { ApiDeps } from '../api-deps.ts';
import { openStream } from '../events/open-stream.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import type { ApiContext } from '../state.ts';

export interface RunStream {
  readonly run: Run;
  readonly afterSeq: number;
  /** The JSON-RPC answer that stands first; undefined = events only. */
  readonly first: unknown;
  /** See StreamOptions. */
  readonly shape?: (data: JsonObject) => JsonObject | null;
}

/** Resolves when the stream ended. Throws `unavailable` during shutdown and `rate_limited`, before anything is sent. */
export async function sendStream(
  context: ApiContext,
  deps: ApiDeps,
  hub: StreamHub,
  stream: RunStream,
): Promise<void> {
  if (hub.isClosed)
    throw new AppError('unavailable', 'The server is shutting down', { retryAfterSeconds: 1 });
  const userId = context.state.identity?.userId ?? '';
  hub.requireRoom(userId);
  context.respond = false;
  context.status = 200;
  const { store, logger } = deps;
  await openStream(context.res, {
    store,
    hub,
    logger,
    requestId: context.state.requestId,
    userId,
    ...stream,
  });
}
