/**
 * Few warm threads that do one job at a time each, for work whose length a user's input decides. A thread that takes too
 * long is killed and replaced: no regular expression, recursion or page can hold the process.
 */
import { Worker } from 'node:worker_threads';
import { AppError } from '../src/core/errors.ts';

export interface ThreadPoolOptions {
  /**
   * The worker module's name without its ending, beside this one. It posts `ready` once, then one answer a job: `result`
   * or `error`.
   */
  readonly module: string;
  /** What the job is called in messages: `expression`, `page`. */
  readonly subject: string;
}

export interface RunOptions {
  /** From the moment a thread has the job; waiting for a free thread does not count. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type ThreadAnswer<Result> = { readonly result: Result } | { readonly error: string };

/** A thread costs about 10 MiB, and few jobs take longer than a millisecond. */
const MAX_THREADS = 2;
const MEMORY_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
/** Modules end as this one does, whether it runs from TypeScript or compiled. */
const ENDING = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Threads start on first use and never keep the process alive. */
export class ThreadPool<Job, Result> {
  readonly #options: ThreadPoolOptions;
  readonly #idle: Worker[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** @throws AppError `task_failed` (the job's own error, too slow, too much memory) or `task_cancelled`. */
  async run(job: Job, options: RunOptions): Promise<Result> {
    await this.#slot(options.signal);
    let worker: Worker | undefined;
    let isReusable = false;
    try {
      worker = this.#idle.pop() ?? (await this.#start());
      const answer = await ask<Job, Result>(worker, job, { ...options, subject: this.#options.subject });
      isReusable = true;
      if ('error' in answer) {
        throw new AppError('task_failed', `The ${this.#options.subject} failed: ${answer.error}`);
      }
      return answer.result;
    } finally {
      if (worker !== undefined && isReusable) {
        worker.unref();
        this.#idle.push(worker);
      } else await worker?.terminate();
      this.#busy -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Waits for one of the places; on return it is taken. */
  async #slot(signal: AbortSignal): Promise<void> {
    while (this.#busy >= MAX_THREADS && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          this.#waiting.splice(this.#waiting.indexOf(wake), 1);
          resolve();
        };
        this.#waiting.push(wake);
        signal.addEventListener('abort', leave, { once: true });
      });
    }
    if (signal.aborted) {
      // This caller may have taken the wake-up of another.
      if (this.#busy < MAX_THREADS) this.#waiting.shift()?.();
      throw new AppError('task_cancelled', 'Cancelled before a thread was free');
    }
    this.#busy += 1;
  }

  #start(): Promise<Worker> {
    return new Promise((resolve, reject) => {
      const url = new URL(`./${this.#options.module}${ENDING}`, import.meta.url);
      const worker = new Worker(url, { env: {}, resourceLimits: MEMORY_LIMITS, stdout: true, stderr: true });
      worker.once('message', () => {
        worker.off('error', reject);
        // A thread that dies while idle is dropped; the next job starts another.
        worker.on('error', () => this.#forget(worker));
        worker.on('exit', () => this.#forget(worker));
        resolve(worker);
      });
      worker.once('error', reject);
    });
  }

  #forget(worker: Worker): void {
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
  }
}

function ask<Job, Result>(
  worker: Worker,
  job: Job,
  options: RunOptions & { readonly subject: string },
): Promise<ThreadAnswer<Result>> {
  const { subject } = options;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settle();
    };
    const fail = (code: 'task_failed' | 'task_cancelled', text: string, cause?: unknown) =>
      finish(() => reject(new AppError(code, text, { cause })));
    const onMessage = (answer: ThreadAnswer<Result>) => finish(() => resolve(answer));
    const onAbort = () => fail('task_cancelled', `Cancelled while the ${subject} was worked on`);
    const onError = (error: Error) =>
      fail('task_failed', `The ${subject} broke its thread: ${error.message}`, error);
    const onExit = () => fail('task_failed', `The ${subject} broke its thread`);
    const timer = setTimeout(
      () =>
        fail(
          'task_failed',
          `The ${subject} ran longer than ${options.timeoutMs} ms and was stopped. Make it simpler`,
        ),
      options.timeoutMs,
    );
    // The signal may have fired while the thread started.
    if (options.signal.aborted) {
      onAbort();
      return;
    }
    options.signal.addEventListener('abort', onAbort, { once: true });
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.ref();
    worker.postMessage(job);
  });
}
