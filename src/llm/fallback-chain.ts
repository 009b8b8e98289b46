/** Models that are asked in turn: which failure lets the next one try, and what is said when none has answered. */
import { AppError, type ErrorCode } from '../core/errors.ts';
import type { ChatRequest, ModelAttempt } from '../core/llm/chat.ts';
import { providerOfModel } from '../core/llm/provider-catalog.ts';

/** Nobody else can help: the task was stopped, may not spend more, or asks for what no model can do. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['task_cancelled', 'llm_budget_exceeded', 'llm_key_expired']);

/** The request itself, then the same for each fallback. */
export function chainOf(request: ChatRequest): readonly ChatRequest[] {
  const { fallbacks = [], ...first } = request;
  const others = fallbacks.map(({ provider, model }) => ({ ...first, provider, model, baseUrl: undefined }));
  return [first, ...others];
}

export class Attempts {
  readonly #made: ModelAttempt[] = [];
  readonly #errors: AppError[] = [];

  get made(): readonly ModelAttempt[] {
    return this.#made;
  }

  answered(provider: string, model: string, durationMs: number): void {
    this.#made.push({
      provider,
      model,
      outcome: 'answered',
      error: null,
      durationMs: Math.round(durationMs),
    });
  }

  /** @throws the error when no other model may try. */
  failed({ provider, model }: ChatRequest, error: unknown, durationMs: number): void {
    if (!AppError.is(error) || FINAL.has(error.code)) throw error;
    this.#errors.push(error);
    this.#made.push({
      provider: provider ?? (model === undefined ? null : providerOfModel(model).provider) ?? 'default',
      model: model ?? 'default',
      outcome: error.code,
      error: error.message,
      durationMs: Math.round(durationMs),
    });
  }

  /** None has answered. A repeat helps when it helps one of them. */
  exhausted(): AppError {
    const told = this.#made.map(({ provider, model, error }) => `${provider}/${model}: ${error}`);
    const waits = this.#errors.filter(({ retryable }) => retryable);
    const seconds = waits.map(({ retryAfterSeconds = 0 }) => retryAfterSeconds);
    const code = waits.length > 0 ? 'task_transient' : 'task_failed';
    return new AppError(code, `None of ${this.#made.length} models has answered:\n- ${told.join('\n- ')}`, {
      ...(waits.length > 0 ? { retryAfterSeconds: Math.min(...seconds) } : {}),
      details: { attempts: this.#made },
      cause: this.#errors.at(-1),
    });
  }
}
