/**
 * One call of one model with everything around it: the budget before, the circuit breaker, what it took. Retries and
 * other models are not its business.
 */
import { AppError } from '../core/errors.ts';
import type { Reservation } from '../core/llm/budget.ts';
import type { ChatAnswer, ChatEvent, ChatRequest } from '../core/llm/chat.ts';
import { estimateInputTokens, estimateTokens } from '../core/llm/estimate-tokens.ts';
import { DEMO_PROVIDER, isKnownProvider } from '../core/llm/provider-catalog.ts';
import type { LlmAccess } from '../ports/llm.ts';
import type { LlmMetrics } from '../ports/telemetry.ts';
import type { CallTarget } from './call-target.ts';
import type { CircuitBreaker, Pass } from './circuit-breaker.ts';
import { countInputTokens } from './count-input-tokens.ts';
import type { LatencyBoard } from './latency-board.ts';

export interface Watch {
  readonly breaker: CircuitBreaker;
  readonly latencies: LatencyBoard;
  readonly metrics: LlmMetrics | null;
  /** For requests that name none. */
  readonly timeoutMs: number;
  /** A shorter limit says more about whoever set it than about the server. */
  readonly countedTimeoutMs: number;
  readonly now: () => number;
}

export interface WatchedCall {
  readonly target: CallTarget;
  readonly request: ChatRequest;
  readonly access: Pick<LlmAccess, 'signal' | 'reserve'>;
  readonly idempotencyKey: string;
}

export async function watchedChat(watch: Watch, call: WatchedCall): Promise<ChatAnswer> {
  const opened = await open(watch, call);
  try {
    const answer = await call.target.wire.chat(opened.providerCall);
    opened.answered(answer);
    return answer;
  } catch (error) {
    opened.failed(error, '');
    throw error;
  }
}

export async function* watchedStream(watch: Watch, call: WatchedCall): AsyncGenerator<ChatEvent> {
  const opened = await open(watch, call);
  let text = '';
  try {
    for await (const event of call.target.wire.stream(opened.providerCall)) {
      if (event.type === 'delta') text += event.text;
      else opened.answered(event.answer);
      yield event;
    }
  } catch (error) {
    opened.failed(error, text);
    throw error;
  } finally {
    // Whoever read it left before its end.
    opened.failed(new AppError('task_cancelled', 'Cancelled'), text);
  }
}

/** Ends once: what comes after is not heard. */
async function open(watch: Watch, { target, request, access, idempotencyKey }: WatchedCall) {
  const { provider, model } = target;
  let inputTokens = estimateInputTokens(request);
  const countInput = async () => {
    inputTokens = await countInputTokens(model, request);
    return inputTokens;
  };
  const isReal = provider !== DEMO_PROVIDER;
  const reservation = isReal
    ? await access.reserve?.({ provider, model, inputTokens, maxTokens: request.maxTokens, countInput })
    : undefined;
  const pass = isReal ? enter(watch, target, reservation) : null;
  const startedMs = watch.now();
  const maxTokens = reservation === undefined ? request.maxTokens : reservation.maxTokens;
  const timeoutMs = request.timeoutMs ?? watch.timeoutMs;
  let isEnded = false;
  const end = (outcome: string) => {
    isEnded = true;
    if (isReal) observe(watch, provider, outcome, watch.now() - startedMs);
  };
  return {
    providerCall: {
      ...target,
      request: { ...request, maxTokens, timeoutMs },
      signal: access.signal,
      idempotencyKey,
    },
    answered(answer: ChatAnswer): void {
      if (isEnded) return;
      end('answered');
      pass?.answered();
      if (isReal) watch.latencies.add(target, watch.now() - startedMs);
      reservation?.settle(answer.usage ?? { inputTokens, outputTokens: estimateTokens(answer.text) });
    },
    failed(error: unknown, text: string): void {
      if (isEnded) return;
      const code = AppError.is(error) ? error.code : 'internal';
      end(code);
      if (pass !== null) passAfter(pass, error, timeoutMs >= watch.countedTimeoutMs);
      // A provider charges for what it wrote, be it read or not.
      const isCharged = text !== '' || code === 'task_timeout';
      reservation?.settle(isCharged ? { inputTokens, outputTokens: estimateTokens(text) } : null);
    },
  };
}

function enter(watch: Watch, target: CallTarget, reservation: Reservation | undefined): Pass {
  try {
    return watch.breaker.enter(target);
  } catch (error) {
    reservation?.settle(null);
    observe(watch, target.provider, 'circuit_open', 0);
    throw error;
  }
}

function passAfter(pass: Pass, error: unknown, isCountedTimeout: boolean): void {
  const { code, retryAfterSeconds = 0 } = AppError.is(error) ? error : { code: 'internal' };
  if (code === 'task_transient') pass.failed(retryAfterSeconds * 1_000);
  else if (code === 'task_timeout' && isCountedTimeout) pass.failed();
  // Too many requests, a bad key, a bad question: whoever says so is there, for others with other keys.
  else if (code === 'rate_limited' || code === 'task_failed') pass.answered();
  else pass.abandoned();
}

function observe({ metrics }: Watch, provider: string, outcome: string, durationMs: number): void {
  metrics?.observeLlmCall({ provider: providerLabel(provider), outcome, durationMs });
}

/** Names of providers come from users too; labels must stay countable. */
export function providerLabel(provider: string): string {
  return isKnownProvider(provider) ? provider : 'other';
}
