/**
 * Few warm threads that evaluate expressions one at a time each. A thread that takes too long is killed and replaced:
 * no regular expression or recursion of a user can hold the process.
 */
import { Worker } from 'node:worker_threads';
import { AppError } from '../src/core/errors.ts';
import type { JsonValue } from '../src/core/json.ts';
import type { ExpressionAnswer, ExpressionJob } from './_expression-worker.ts';

/** A thread costs about 10 MiB; evaluation takes well under a millisecond. */
const MAX_THREADS = 2;
const MEMORY_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
/** Beside this module, whether it runs from TypeScript or compiled. */
const WORKER = new URL(
  `./_expression-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
);

export interface EvaluateOptions {
  /** From the moment a thread has the job; waiting for a free thread does not count. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const idle: Worker[] = [];
const waiting: (() => void)[] = [];
let busy = 0;

/** @throws AppError `task_failed` (bad expression, too slow, too much memory) or `task_cancelled`. */
export async function evaluate(job: ExpressionJob, options: EvaluateOptions): Promise<JsonValue> {
  await slot(options.signal);
  let worker: Worker | undefined;
  try {
    worker = idle.pop() ?? (await startThread());
    const answer = await ask(worker, job, options);
    worker.unref();
    idle.push(worker);
    if ('error' in answer) throw new AppError('task_failed', `The expression failed: ${answer.error}`);
    return JSON.parse(answer.result) as JsonValue;
  } catch (error) {
    if (worker !== undefined && !idle.includes(worker)) await worker.terminate();
    throw error;
  } finally {
    busy -= 1;
    waiting.shift()?.();
  }
}

/** Waits for one of the places; on return it is taken. */
async function slot(signal: AbortSignal): Promise<void> {
  while (busy >= MAX_THREADS && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(wake), 1);
        resolve();
      };
      waiting.push(wake);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
  if (signal.aborted) {
    // This caller may have taken the wake-up of another.
    if (busy < MAX_THREADS) waiting.shift()?.();
    throw new AppError('task_cancelled', 'Cancelled before the expression was evaluated');
  }
  busy += 1;
}

function startThread(): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { env: {}, resourceLimits: MEMORY_LIMITS, stdout: true, stderr: true });
    worker.once('message', () => {
      worker.off('error', reject);
      // A thread that dies while idle is dropped; the next job starts another.
      worker.on('error', () => forget(worker));
      worker.on('exit', () => forget(worker));
      resolve(worker);
    });
    worker.once('error', reject);
  });
}

function forget(worker: Worker): void {
  const index = idle.indexOf(worker);
  if (index >= 0) idle.splice(index, 1);
}

function ask(worker: Worker, job: ExpressionJob, options: EvaluateOptions): Promise<ExpressionAnswer> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settle();
    };
    const fail = (code: 'task_failed' | 'task_cancelled', text: string, cause?: unknown) =>
      finish(() => reject(new AppError(code, text, { cause })));
    const onMessage = (answer: ExpressionAnswer) => finish(() => resolve(answer));
    const onAbort = () => fail('task_cancelled', 'Cancelled while the expression was evaluated');
    const onError = (error: Error) =>
      fail('task_failed', `The expression broke its thread: ${error.message}`, error);
    const onExit = () => fail('task_failed', 'The expression broke its thread');
    const timer = setTimeout(
      () =>
        fail(
          'task_failed',
          `The expression ran longer than ${options.timeoutMs} ms and was stopped. Simplify it`,
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
