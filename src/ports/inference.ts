/** Text generation behind `/safety/generate_v2`: a model with retries, a breaker, kept answers, and a text when it fails. */
import type { JsonObject } from '../core/json.ts';

export interface InferenceRequest {
  readonly prompt: string;
  /** Whose answers and keys these are. */
  readonly client: string;
  readonly idempotencyKey: string | undefined;
}

export interface InferenceAnswer {
  readonly text: string;
  /** `source` first: primary, cache_hit, fallback_error or fallback_latency_budget. */
  readonly meta: JsonObject;
}

export interface Inference {
  /** A model that fails is no error. Throws `idempotency_conflict` when the key came with another prompt. */
  generate(request: InferenceRequest): Promise<InferenceAnswer>;
  /** Counts a prompt that the safety rules kept from the model. */
  observeExit(elapsedMs: number): void;
  /** Of this process, since its start. */
  metrics(): JsonObject;
}

/** Asks the model. Throws `TransientFailure` where trying again may help. */
export type CallModel = (prompt: string, signal: AbortSignal) => Promise<string>;
