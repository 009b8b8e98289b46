/** One answer of the model: with a time limit, tries with doubling pauses, and a breaker before each of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import type { CallModel } from '../../ports/inference.ts';
import { TransientFailure } from './transient-failure.ts';

/** Leave to make one call. Say once how it ended. */
interface Pass {
  answered(): void;
  failed(): void;
}

export interface Breaker {
  /** Throws while calls are kept away. */
  enter(): Pass;
  state(): string;
}

export interface PrimaryOptions {
  readonly callModel: CallModel;
  readonly breaker: Breaker;
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly maxRetries: number;
  readonly backoffMs: number;
}

export interface PrimaryMeta {
  readonly attempts: number;
  readonly elapsed_ms: number;
  readonly breaker_state: string;
}

export type PrimaryResult = { readonly meta: PrimaryMeta } & (
  | { readonly text: string }
  | { readonly error: string }
);

export async function callPrimary(options: PrimaryOptions, prompt: string): Promise<PrimaryResult> {
  const { breaker, maxRetries, backoffMs } = options;
  const startedMs = performance.now();
  let attempts = 0;
  const meta = (): PrimaryMeta => ({
    attempts,
    elapsed_ms: Math.floor(performance.now() - startedMs),
    breaker_state: breaker.state(),
  });
  for (let pauseMs = backoffMs; ; pauseMs *= 2) {
    const pass = enter(breaker);
    if (pass === null) return { error: 'circuit_open', meta: meta() };
    attempts++;
    try {
      const text = await inTime(options, prompt);
      pass.answered();
      return { text, meta: meta() };
    } catch (error) {
      pass.failed();
      const isTransient = error instanceof TransientFailure || (AppError.is(error) && error.retryable);
      if (!isTransient || attempts > maxRetries) return { error: textOf(error), meta: meta() };
      await sleep(pauseMs);
    }
  }
}

function enter(breaker: Breaker): Pass | null {
  try {
    return breaker.enter();
  } catch {
    // An open breaker is what the fallback is for.
    return null;
  }
}

async function inTime({ callModel, timeoutMs }: PrimaryOptions, prompt: string): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await callModel(prompt, signal);
  } catch (error) {
    if (signal.aborted) throw new TransientFailure('timeout exceeded');
    throw error;
  }
}

/** Ours are made for readers; what others say may hold addresses or keys. */
function textOf(error: unknown): string {
  if (AppError.is(error) || error instanceof TransientFailure) return error.message;
  return error instanceof Error && error.message === 'non-transient parse error'
    ? error.message
    : 'model_error';
}
