/** Hands the store's events to the streams that follow their run, and knows all open streams for the shutdown. */
import { AppError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/run-event.ts';
import type { EventStore } from '../../ports/store.ts';

const RETRY_AFTER_SECONDS = 5;

export interface OpenStream {
  readonly userId: string;
  /** Ends the connection without a `final`: the client resumes elsewhere. */
  close(): void;
}

export interface StreamHub {
  /** Calls for each event of this run from now on. Returns a stop function. */
  follow(runId: string, listener: (event: RunEvent) => void): () => void;
  /** Throws `rate_limited` when the user has as many streams open as are allowed. */
  requireRoom(userId: string): void;
  /** Counts the stream and closes it at shutdown. Returns what to call when it ended. */
  register(stream: OpenStream): () => void;
  readonly open: number;
  /** Ends every stream and takes no more. */
  closeAll(): void;
  readonly isClosed: boolean;
}

export interface StreamHubOptions {
  readonly maxPerUser: number;
  /** Hears the number of open streams. */
  readonly observe: (open: number) => void;
}

/** One subscription at the store for all streams. */
export function createStreamHub(events: EventStore, options: StreamHubOptions): StreamHub {
  const { maxPerUser, observe } = options;
  const listeners = new Map<string, Set<(event: RunEvent) => void>>();
  const streams = new Set<OpenStream>();
  const openByUser = new Map<string, number>();
  let isClosed = false;
  const unsubscribe = events.subscribe((event) => {
    for (const listener of listeners.get(event.runId) ?? []) listener(event);
  });

  return {
    follow(runId, listener) {
      const ofRun = listeners.get(runId) ?? new Set();
      listeners.set(runId, ofRun.add(listener));
      return () => {
        ofRun.delete(listener);
        if (ofRun.size === 0 && listeners.get(runId) === ofRun) listeners.delete(runId);
      };
    },
    requireRoom(userId) {
      if ((openByUser.get(userId) ?? 0) < maxPerUser) return;
      throw new AppError(
        'rate_limited',
        `You have ${maxPerUser} event streams open, which is the most one user may have: close one first`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    },
    register(stream) {
      const { userId } = stream;
      if (isClosed) stream.close();
      else {
        streams.add(stream);
        openByUser.set(userId, (openByUser.get(userId) ?? 0) + 1);
      }
      observe(streams.size);
      return () => {
        if (!streams.delete(stream)) return;
        const left = (openByUser.get(userId) ?? 1) - 1;
        if (left === 0) openByUser.delete(userId);
        else openByUser.set(userId, left);
        observe(streams.size);
      };
    },
    get open() {
      return streams.size;
    },
    closeAll() {
      if (isClosed) return;
      isClosed = true;
      unsubscribe();
      for (const stream of [...streams]) stream.close();
    },
    get isClosed() {
      return isClosed;
    },
  };
}
