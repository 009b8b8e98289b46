/**
 * One run's events in order, each once: listens first, then reads what is stored, then passes on what it heard.
 * A number that is missing is read from the store, so nothing depends on how notifications arrive.
 */
import { isRunEnded, type Run } from '../../core/run.ts';
import type { RunEvent } from '../../core/run-event.ts';
import type { Store } from '../../ports/store.ts';
import { endOfStream, type SseEvent, toSseEvents } from './sse-event.ts';
import type { StreamHub } from './stream-hub.ts';

const PAGE = 500;
/** Unsent live events kept while the store is read; beyond them the store is read again instead. */
const MAX_HEARD = 1000;

export interface FollowOptions {
  readonly store: Store;
  readonly hub: StreamHub;
  readonly run: Run;
  readonly afterSeq: number;
  /** Called in order; false ends the following (client gone). */
  readonly send: (event: SseEvent) => boolean;
}

export interface Following {
  /** Looks at the store again: for what no notification told of. */
  refresh(): void;
  stop(): void;
  /** Resolves when the run's end was sent or following stopped; rejects when the store failed. */
  readonly done: Promise<void>;
}

export function followRun(options: FollowOptions): Following {
  const { store, hub } = options;
  let run = options.run;
  let last = options.afterSeq;
  let heard: RunEvent[] = [];
  let mustRead = true;
  let isStopped = false;
  let wake: () => void = () => undefined;

  const unfollow = hub.follow(run.run_id, (event) => {
    if (heard.length < MAX_HEARD) heard.push(event);
    else mustRead = true;
    wake();
  });

  /** Returns false when following is over. */
  function pass(event: RunEvent): boolean {
    if (event.type !== 'task-delta') {
      if (event.seq <= last) return true;
      last = event.seq;
    }
    for (const sse of toSseEvents(run, event)) if (!options.send(sse)) return false;
    return event.type !== 'run-ended';
  }

  async function readStored(): Promise<boolean> {
    mustRead = false;
    // Before the rows: a run seen ended has all its events stored by then.
    run = (await store.runs.get(run.run_id)) ?? run;
    for (;;) {
      const page = await store.events.read(run.run_id, last, PAGE);
      for (const event of page) if (!pass(event)) return false;
      if (page.length < PAGE) break;
    }
    if (!isRunEnded(run.status)) return true;
    for (const sse of endOfStream(run, last)) if (!options.send(sse)) return false;
    return false;
  }

  function passHeard(): boolean {
    const events = heard;
    heard = [];
    for (const event of events) {
      const isGap = event.type !== 'task-delta' && event.seq > last + 1;
      if (isGap) mustRead = true;
      else if (!pass(event)) return false;
    }
    return true;
  }

  async function pump(): Promise<void> {
    while (!isStopped) {
      if (mustRead) {
        if (!(await readStored())) return;
      } else if (heard.length > 0) {
        if (!passHeard()) return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  return {
    refresh() {
      mustRead = true;
      wake();
    },
    stop() {
      isStopped = true;
      wake();
    },
    done: pump().finally(unfollow),
  };
}
