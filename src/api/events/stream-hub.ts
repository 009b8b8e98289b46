/** Hands the store's events to the streams that follow their run, and knows all open streams for the shutdown. */
import type { RunEvent } from '../../core/run-event.ts';
import type { EventStore } from '../../ports/store.ts';

export interface OpenStream {
  /** Ends the connection without a `final`: the client resumes elsewhere. */
  close(): void;
}

export interface StreamHub {
  /** Calls for each event of this run from now on. Returns a stop function. */
  follow(runId: string, listener: (event: RunEvent) => void): () => void;
  /** Counts the stream and closes it at shutdown. Returns what to call when it ended. */
  register(stream: OpenStream): () => void;
  readonly open: number;
  /** Ends every stream and takes no more. */
  closeAll(): void;
  readonly isClosed: boolean;
}

/** One subscription at the store for all streams. `observe` hears the number of open ones. */
export function createStreamHub(events: EventStore, observe: (open: number) => void): StreamHub {
  const listeners = new Map<string, Set<(event: RunEvent) => void>>();
  const streams = new Set<OpenStream>();
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
    register(stream) {
      if (isClosed) stream.close();
      else streams.add(stream);
      observe(streams.size);
      return () => {
        streams.delete(stream);
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
