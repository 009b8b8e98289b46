/**
 * The limits of one executor call: aborted with its parent or after its time, and left behind when it does not listen.
 * One plain controller: a composite of `AbortSignal.any` and `.timeout` costs more than a quick executor's whole work.
 */
import { AppError } from '../core/errors.ts';

/** How long an executor may take to notice an abort before it is left behind. */
const ABORT_GRACE_MS = 1_000;

export class CallLimit {
  /** The time ran out, and nothing else had ended the call before. */
  isTimedOut = false;
  readonly #parent: AbortSignal;
  readonly #timeoutMs: number;

  constructor(parent: AbortSignal, timeoutMs: number) {
    this.#parent = parent;
    this.#timeoutMs = timeoutMs;
  }

  /** Settles as `work` does, or rejects a second after the abort. */
  async hold<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    const { promise: abandoned, reject: abandon } = Promise.withResolvers<never>();
    let grace: NodeJS.Timeout | undefined;
    const abort = (reason: unknown) => {
      if (controller.signal.aborted) return;
      grace = setTimeout(
        () => abandon(new AppError('task_cancelled', 'Abandoned after abort')),
        ABORT_GRACE_MS,
      );
      controller.abort(reason);
    };
    const timer = setTimeout(() => {
      this.isTimedOut = !controller.signal.aborted;
      abort(new DOMException('The task ran longer than its limit', 'TimeoutError'));
    }, this.#timeoutMs);
    const onParent = () => abort(this.#parent.reason);
    if (this.#parent.aborted) onParent();
    else this.#parent.addEventListener('abort', onParent, { once: true });
    try {
      return await Promise.race([work(controller.signal), abandoned]);
    } finally {
      clearTimeout(timer);
      clearTimeout(grace);
      this.#parent.removeEventListener('abort', onParent);
    }
  }
}
