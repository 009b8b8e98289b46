/** Who waits for which run: one subscription to the store's events serves every waiting caller of this process. */

import { LRUCache } from 'lru-cache';
import { isRunEnded, type Run, type RunSummary } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { Store } from '../ports/store.ts';

/** A run that ended in another process is found by this look even if its event was missed. */
const LOOK_EVERY_MS = 2_000;
const WATCHED_RUNS = 5_000;

export class RunWaiters {
  readonly #store: Store;
  readonly #endedHere: (runId: string) => RunSummary | undefined;
  /** Runs whose whole life this subscription has seen; true once their end is committed. */
  readonly #watched = new LRUCache<string, { hasEnded: boolean }>({ max: WATCHED_RUNS });
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #unsubscribe: () => void;
  readonly #released = new AbortController();

  constructor(
    store: Store,
    endedHere: (runId: string) => RunSummary | undefined,
    onEvent: (event: RunEvent) => void,
  ) {
    this.#store = store;
    this.#endedHere = endedHere;
    this.#unsubscribe = store.events.subscribe((event) => {
      onEvent(event);
      if (event.type !== 'run-ended') return;
      const watched = this.#watched.get(event.runId);
      if (watched !== undefined) watched.hasEnded = true;
      for (const wake of this.#waiting.get(event.runId) ?? []) wake();
    });
  }

  /** All waits end now, and later ones at once: null, unless the run has ended. */
  release(): void {
    this.#released.abort();
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Call before a run is started here: its end is then known without asking the store. */
  watch(runId: string): void {
    this.#watched.set(runId, { hasEnded: false });
  }

  /** The run's end, or null after `timeoutMs`, when `signal` fires or the waits were released. */
  async wait(run: Run, timeoutMs: number, hangUp?: AbortSignal): Promise<RunSummary | null> {
    const signal =
      hangUp === undefined ? this.#released.signal : AbortSignal.any([hangUp, this.#released.signal]);
    const deadline = Date.now() + timeoutMs;
    for (let isFirst = true; ; isFirst = false) {
      const left = Math.max(0, deadline - Date.now());
      const next = this.#nextEnd(run.run_id, Math.min(LOOK_EVERY_MS, left), signal);
      const summary = await this.#look(run, isFirst);
      if (summary !== null) {
        next.stop();
        return summary;
      }
      if (signal.aborted) next.stop();
      const isEnd = await next.promise;
      if (signal.aborted) return null;
      if (!isEnd && Date.now() >= deadline) return this.#look(run, false);
    }
  }

  /** The summary is noted just before the end is committed, so only a committed end makes it true. */
  async #look(run: Run, mayTrustWatch: boolean): Promise<RunSummary | null> {
    const watched = this.#watched.get(run.run_id);
    const here = this.#endedHere(run.run_id);
    if (watched?.hasEnded && here !== undefined) return here;
    if (mayTrustWatch && watched?.hasEnded === false) return null;
    const stored = await this.#store.runs.get(run.run_id);
    if (stored === null || !isRunEnded(stored.status)) return null;
    const [outcome] = await this.#store.runs.outcomes(run.run_id, [run.target_task_id]);
    const result = stored.status === 'completed' ? (outcome?.result ?? null) : null;
    const { status, error, demo_tasks: demoTasks } = stored;
    return { runId: run.run_id, status, error, result, demoTasks };
  }

  #nextEnd(runId: string, ms: number, signal?: AbortSignal): { promise: Promise<boolean>; stop: () => void } {
    let finish: (isEnd: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolve) => {
      const onEnd = () => finish(true);
      const onAbort = () => finish(false);
      const timer = setTimeout(() => finish(false), ms);
      const waiters = this.#waiting.get(runId) ?? new Set();
      this.#waiting.set(runId, waiters.add(onEnd));
      signal?.addEventListener('abort', onAbort, { once: true });
      finish = (isEnd) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        waiters.delete(onEnd);
        if (waiters.size === 0) this.#waiting.delete(runId);
        resolve(isEnd);
      };
    });
    return { promise, stop: () => finish(false) };
  }
}
