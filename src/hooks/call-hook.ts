/** Holds a hook to its time. Code that never gives the event loop back cannot be stopped; everything else is. */

/** Why a call of a hook gave no answer, where the hook itself did not throw. */
export class HookFailure extends Error {
  readonly kind: 'timeout' | 'invalid' | 'cancelled';

  constructor(kind: HookFailure['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'HookFailure';
    this.kind = kind;
  }

  static is(error: unknown): error is HookFailure {
    return error instanceof HookFailure;
  }
}

export interface HookLimit {
  readonly timeoutMs: number;
  /** Fired when nobody waits for the hook any more. */
  readonly abort: AbortController;
  /** The task's own. */
  readonly signal: AbortSignal | undefined;
}

/** Throws what the hook threw, or `HookFailure`. A hook that answers at once costs no timer. */
export async function withinLimit(call: () => unknown, limit: HookLimit): Promise<unknown> {
  const answer = call();
  if (!isThenable(answer)) return answer;
  const { timeoutMs, abort, signal } = limit;
  const late = Promise.withResolvers<never>();
  const giveUp = (failure: HookFailure) => {
    abort.abort(failure);
    late.reject(failure);
  };
  const onCancel = () => giveUp(new HookFailure('cancelled', 'the task was cancelled'));
  const timer = setTimeout(
    () => giveUp(new HookFailure('timeout', `it took longer than its limit of ${timeoutMs} ms`)),
    timeoutMs,
  );
  if (signal?.aborted) onCancel();
  else signal?.addEventListener('abort', onCancel, { once: true });
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onCancel);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
