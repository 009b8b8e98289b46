/**
 * One run's events in order, each once: listens first, then reads what is stored, then passes on what it heard.
 * A number that is missing is read from the store, so nothing depends on how notifications arrive.
 */
import { isRunEnded, type Run } from '../../core/run.ts';
import type { RunEvent } from '../../core/run-event.ts';
import type { Store } from '../../ports/store.ts';
import { endOfStream, type SseEvent, toSseEvents } from './sse-event.ts';
import type { Following } from './stream-events.ts';
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

export function followRun(options: FollowOptions): Following {
  const follower = new RunFollower(options);
  const unfollow = options.hub.follow(options.run.run_id, (event) => follower.hear(event));
  return {
    refresh: () => follower.refresh(),
    stop: () => follower.stop(),
    done: follower.pump().finally(unfollow),
  };
}

class RunFollower {
  readonly #options: FollowOptions;
  #run: Run;
  #lastSeq: number;
  #heard: RunEvent[] = [];
  #mustRead = true;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#run = options.run;
    this.#lastSeq = options.afterSeq;
  }

  hear(event: RunEvent): void {
    if (this.#heard.length < MAX_HEARD) this.#heard.push(event);
    else this.#mustRead = true;
    this.#wake();
  }

  refresh(): void {
    this.#mustRead = true;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async pump(): Promise<void> {
    while (!this.#isStopped) {
      if (this.#mustRead) {
        if (!(await this.#readStored())) return;
      } else if (this.#heard.length > 0) {
        if (!this.#passHeard()) return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Like the two below: false when following is over. */
  async #readStored(): Promise<boolean> {
    const { store } = this.#options;
    this.#mustRead = false;
    // Before the rows: a run seen ended has all its events stored by then.
    this.#run = (await store.runs.get(this.#run.run_id)) ?? this.#run;
    for (;;) {
      const page = await store.events.read(this.#run.run_id, this.#lastSeq, PAGE);
      for (const event of page) if (!this.#pass(event)) return false;
      if (page.length < PAGE) break;
    }
    if (!isRunEnded(this.#run.status)) return true;
    for (const sse of endOfStream(this.#run, this.#lastSeq)) if (!this.#options.send(sse)) return false;
    return false;
  }

  #passHeard(): boolean {
    const events = this.#heard;
    this.#heard = [];
    for (const event of events) {
      const isGap = event.type !== 'task-delta' && event.seq > this.#lastSeq + 1;
      if (isGap) this.#mustRead = true;
      else if (!this.#pass(event)) return false;
    }
    return true;
  }

  #pass(event: RunEvent): boolean {
    if (event.type !== 'task-delta') {
      if (event.seq <= this.#lastSeq) return true;
      this.#lastSeq = event.seq;
    }
    for (const sse of toSseEvents(this.#run, event)) if (!this.#options.send(sse)) return false;
    return event.type !== 'run-ended';
  }
}
