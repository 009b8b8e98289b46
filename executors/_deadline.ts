/** One time limit and one cancellation for a conversation of several steps, and the error each of them means. */
import { AppError } from '../src/core/errors.ts';

export class Deadline {
  /** Fires on either. */
  readonly signal: AbortSignal;
  readonly #caller: AbortSignal;
  readonly #timeout: AbortSignal;
  readonly #seconds: number;

  constructor(caller: AbortSignal, seconds: number) {
    this.#caller = caller;
    this.#seconds = seconds;
    this.#timeout = AbortSignal.timeout(Math.ceil(seconds * 1_000));
    this.signal = AbortSignal.any([caller, this.#timeout]);
  }

  /** What to throw for `error`: the cancellation or the timeout when one of them was behind it. */
  failure(what: string, error: unknown): unknown {
    if (this.#caller.aborted)
      return new AppError('task_cancelled', `${what} was cancelled`, { cause: error });
    if (this.#timeout.aborted) {
      const text = `${what} was not done within ${this.#seconds} seconds. Raise the "timeout" input if it may take longer`;
      return new AppError('task_timeout', text, { cause: error });
    }
    return error;
  }

  /** Settles as `work` does, or rejects when time is up; `work` is told by `signal` and left to end. */
  async hold<Result>(what: string, work: Promise<Result>): Promise<Result> {
    let onAbort = () => {};
    const ended = new Promise<never>((_, reject) => {
      onAbort = () => reject(this.signal.reason);
      if (this.signal.aborted) onAbort();
      else this.signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, ended]);
    } catch (error) {
      throw this.failure(what, error);
    } finally {
      this.signal.removeEventListener('abort', onAbort);
    }
  }
}
