/** What a vendor's adapter does: one wire format, no choice of key, no retries (Temporal has them), no state. */
import type { StreamingHttpClient } from '../core/executor.ts';
import type { ChatAnswer, ChatEvent, ChatRequest } from '../core/llm/chat.ts';
import type { LlmKey } from '../core/llm/llm-key.ts';

/** One call with everything decided. The key is an argument of each call and kept nowhere. */
export interface ProviderCall {
  readonly request: ChatRequest;
  /** The name that answers and errors carry. */
  readonly provider: string;
  readonly model: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** null for servers that ask for none. */
  readonly key: LlmKey | null;
  /** Its failures are in words for people already (worded-http.ts). */
  readonly http: StreamingHttpClient;
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
}

/** Answers carry the text only; the gateway reads `data` out of it. Errors as `LlmClient` says. */
export interface LlmProvider {
  chat(call: ProviderCall): Promise<ChatAnswer>;
  stream(call: ProviderCall): AsyncIterable<ChatEvent>;
}
