/** Models for everybody in this process: resolves each call, watches it, and asks the next model when one fails. */
import { AppError } from '../core/errors.ts';
import type { AnswerFormat, ChatAnswer, ChatEvent, ChatRequest, LlmClient } from '../core/llm/chat.ts';
import { chooseKey } from '../core/llm/choose-key.ts';
import { type RouteDecision, type RouteWish, routeModel } from '../core/llm/route-model.ts';
import { type DataCheck, dataCheck, readStructured } from '../core/llm/structured-answer.ts';
import type { LlmAccess, LlmGateway } from '../ports/llm.ts';
import type { LlmMetrics } from '../ports/telemetry.ts';
import { availableKeys, callTarget, type KeyAccess, type TargetOptions } from './call-target.ts';
import { type CircuitSettings, createCircuitBreaker } from './circuit-breaker.ts';
import { Attempts, chainOf } from './fallback-chain.ts';
import { LatencyBoard } from './latency-board.ts';
import { routeCandidates } from './route-candidates.ts';
import { providerLabel, type Watch, type WatchedCall, watchedChat, watchedStream } from './watched-call.ts';

export interface GatewayOptions extends TargetOptions {
  readonly circuit?: CircuitSettings;
  /** Of calls that name no time limit. Default 300,000. */
  readonly timeoutMs?: number;
  /** Timeouts from this limit on count as failures of the server. Default 10,000. */
  readonly countedTimeoutMs?: number;
  /** `provider/model` each: all that routing may choose. Absent = the catalogue. */
  readonly routeModels?: readonly string[];
  readonly metrics?: LlmMetrics;
  /** Epoch ms; injected so that tests own the clock. */
  readonly now?: () => number;
}

const DEFAULT_CIRCUIT: CircuitSettings = {
  windowMs: 30_000,
  failureShare: 0.5,
  minCalls: 6,
  halfOpenAfterMs: 15_000,
};

interface Parts {
  readonly options: GatewayOptions;
  readonly watch: Watch;
}

/** One a process; keeps no key but those the operator gave. */
export function createGateway(options: GatewayOptions): LlmGateway {
  const { metrics, now = Date.now } = options;
  const watch: Watch = {
    breaker: createCircuitBreaker({
      ...(options.circuit ?? DEFAULT_CIRCUIT),
      now,
      onChange: ({ provider, state }) =>
        metrics?.observeCircuit({ provider: providerLabel(provider), state }),
    }),
    latencies: new LatencyBoard(),
    metrics: metrics ?? null,
    timeoutMs: options.timeoutMs ?? 300_000,
    countedTimeoutMs: options.countedTimeoutMs ?? 10_000,
    now,
  };
  const parts = { options, watch };
  return {
    isUsable(access, provider) {
      return chooseKey(availableKeys(options, access), { provider, baseUrl: null }).source !== 'none';
    },
    clientFor: (access) => clientFor(parts, access),
    route: (access, wish) => route(parts, access, wish),
    candidates: (access) => routeCandidates({ options, ...watch }, access, {}),
  };
}

function route({ options, watch }: Parts, access: KeyAccess, wish: RouteWish): RouteDecision {
  return routeModel(routeCandidates({ options, ...watch }, access, wish.requirements), wish);
}

function clientFor(parts: Parts, access: LlmAccess): LlmClient {
  let calls = 0;
  return {
    chat: (request) => chatInTurn(parts, access, request, calls++),
    stream: (request) => streamInTurn(parts, access, request, calls++),
    route: async (wish) => route(parts, access, wish),
  };
}

async function chatInTurn(parts: Parts, access: LlmAccess, request: ChatRequest, number: number) {
  const check = checkOf(request.format);
  const attempts = new Attempts();
  const chain = chainOf(request);
  for (const [place, each] of chain.entries()) {
    const startedMs = parts.watch.now();
    try {
      const answer = await watchedChat(parts.watch, prepare(parts, access, each, { number, place }));
      const finished = finish(access, answer, check);
      attempts.answered(answer.provider, answer.model, parts.watch.now() - startedMs);
      return withAttempts(request, finished, attempts);
    } catch (error) {
      if (chain.length === 1) throw error;
      attempts.failed(each, error, parts.watch.now() - startedMs);
    }
  }
  throw attempts.exhausted();
}

/** Another model may try until the first word is out: what is on a screen cannot be taken back from here. */
async function* streamInTurn(
  parts: Parts,
  access: LlmAccess,
  request: ChatRequest,
  number: number,
): AsyncGenerator<ChatEvent> {
  const check = checkOf(request.format);
  const attempts = new Attempts();
  const chain = chainOf(request);
  for (const [place, each] of chain.entries()) {
    const startedMs = parts.watch.now();
    let isSilent = true;
    try {
      for await (const event of watchedStream(parts.watch, prepare(parts, access, each, { number, place }))) {
        if (event.type === 'delta') {
          isSilent = false;
          yield event;
          continue;
        }
        const answer = finish(access, event.answer, check);
        attempts.answered(answer.provider, answer.model, parts.watch.now() - startedMs);
        yield { type: 'final', answer: withAttempts(request, answer, attempts) };
        return;
      }
    } catch (error) {
      if (chain.length === 1 || !isSilent) throw error;
      attempts.failed(each, error, parts.watch.now() - startedMs);
    }
  }
  throw attempts.exhausted();
}

function withAttempts({ fallbacks }: ChatRequest, answer: ChatAnswer, { made }: Attempts): ChatAnswer {
  return fallbacks === undefined ? answer : { ...answer, attempts: made };
}

function prepare(
  { options }: Parts,
  access: LlmAccess,
  request: ChatRequest,
  { number, place }: { number: number; place: number },
): WatchedCall {
  const target = callTarget(options, access, request);
  const idempotencyKey = `${access.idempotencyKey}:llm:${number}${place === 0 ? '' : `:${place}`}`;
  return { target, request, access, idempotencyKey };
}

/** null for plain text, and where the caller checks. */
function checkOf(format: AnswerFormat | undefined): DataCheck | null {
  if (format === undefined || format.type === 'text') return null;
  return format.type === 'json' || format.isUnchecked !== true ? dataCheck(format) : null;
}

function finish(access: LlmAccess, answer: ChatAnswer, check: DataCheck | null): ChatAnswer {
  access.onAnswer?.(answer);
  if (check === null || answer.toolCalls.length > 0) return answer;
  if (answer.finishReason === 'length') {
    throw new AppError(
      'task_failed',
      "The model's answer was cut at its token limit, so its JSON is incomplete. Raise max_tokens",
    );
  }
  return { ...answer, data: readStructured(answer.text, check) };
}
