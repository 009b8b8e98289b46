/** Counts tokens exactly, in a thread that starts at the first question and ends when nobody asks any more. */
import { Worker } from 'node:worker_threads';
import type { CountAnswer, CountJob, Encoding } from './token-worker.ts';

/** Reading the dictionary is in it, the first time. */
const ANSWER_MS = 3_000;
const IDLE_MS = 10 * 60_000;
/** 600 pages. What is longer is estimated: it takes a tenth of a second a million characters. */
const MAX_CHARS = 2_000_000;
/** Modules end as this one does, whether it runs from TypeScript or compiled. */
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

export class TokenCounter {
  readonly #waiting = new Map<number, (tokens: number | null) => void>();
  #worker: Worker | null = null;
  #idleTimer: NodeJS.Timeout | undefined;
  #lastId = 0;

  /** Null when it cannot be said in time: the caller estimates. */
  count(encoding: Encoding, texts: readonly string[]): Promise<number | null> {
    if (texts.reduce((sum, { length }) => sum + length, 0) > MAX_CHARS) return Promise.resolve(null);
    const worker = this.#started();
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(null), ANSWER_MS);
      const answer = (tokens: number | null) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        this.#endWhenIdle(worker);
        resolve(tokens);
      };
      this.#waiting.set(id, answer);
      worker.postMessage({ id, encoding, texts } satisfies CountJob);
    });
  }

  #started(): Worker {
    clearTimeout(this.#idleTimer);
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL(`./token-worker${ENDING}`, import.meta.url), { env: {} });
    // It never keeps the process alive: callers have timers of their own.
    worker.unref();
    worker.on('message', ({ id, tokens }: CountAnswer) => this.#waiting.get(id)?.(tokens));
    // A package that is not there, no memory: everything is estimated, and the next question tries again.
    worker.on('error', () => undefined);
    worker.on('exit', () => this.#forget(worker));
    this.#worker = worker;
    return worker;
  }

  #endWhenIdle(worker: Worker): void {
    if (this.#waiting.size > 0 || worker !== this.#worker) return;
    this.#idleTimer = setTimeout(() => void worker.terminate(), IDLE_MS).unref();
  }

  #forget(worker: Worker): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    clearTimeout(this.#idleTimer);
    for (const answer of [...this.#waiting.values()]) answer(null);
  }
}
