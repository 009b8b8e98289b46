/**
 * A conversation with a model as executors and providers speak of it, whoever the vendor is. No vendor's wire format
 * stands here; src/llm translates.
 */
import type { ErrorCode } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { RouteDecision, RouteWish } from './route-model.ts';

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it: it may not parse. */
  readonly arguments: string;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  /** Text, or parts (images …) in OpenAI's form. */
  readonly content: string | readonly JsonObject[] | null;
  readonly name?: string;
  /** Of an assistant's message that asked for tools. */
  readonly toolCalls?: readonly ToolCall[];
  /** Of a tool's answer: which call it answers. */
  readonly toolCallId?: string;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
}

/** `auto`: as the model likes (the default). `required`: some tool. `none`: no tool. A name: that tool. */
export type ToolChoice = 'auto' | 'required' | 'none' | { readonly name: string };

/**
 * `json`: any JSON object. `schema`: JSON that fits a JSON Schema; the answer's `data` has been checked against it,
 * unless the caller checks by itself (`isUnchecked`, then there is no `data`).
 */
export type AnswerFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'schema';
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
      readonly isUnchecked?: boolean;
    };

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Absent = the provider's default. `openai/gpt-4o` names the provider too. */
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  /** An address of the task's own. The server's key never goes there. */
  readonly baseUrl?: string | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  /** Most tokens the answer may have. */
  readonly maxTokens?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly format?: AnswerFormat | undefined;
  readonly tools?: readonly ToolDefinition[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  /** Total time to the last token; with fallbacks, of each model. Default: the operator's (300,000). */
  readonly timeoutMs?: number | undefined;
  /** Models that are asked in turn when this one fails, each with the keys and at the address of its provider. */
  readonly fallbacks?: readonly NamedModel[] | undefined;
}

export interface NamedModel {
  /** Absent = as the model's name tells. */
  readonly provider?: string | undefined;
  readonly model: string;
}

/** One model that was asked, in a call with fallbacks. */
export interface ModelAttempt {
  readonly provider: string;
  readonly model: string;
  /** `answered`, or the error's code. */
  readonly outcome: 'answered' | ErrorCode;
  readonly error: string | null;
  readonly durationMs: number;
}

export interface TokenUsage {
  /** All that went in, from the provider's cache or into it included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of `inputTokens`: read from the provider's cache, at a lower price. Absent = none. */
  readonly cacheReadTokens?: number;
  /** Of `inputTokens`: written to the provider's cache, at a price of its own. Absent = none. */
  readonly cacheWriteTokens?: number;
}

export interface ChatAnswer {
  readonly text: string;
  /** The parsed answer when a format other than text was asked for. */
  readonly data?: JsonValue;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other';
  /** As the provider names it. */
  readonly model: string;
  readonly provider: string;
  /** null when the provider did not say. */
  readonly usage: TokenUsage | null;
  /** A canned answer: no model was asked. */
  readonly isDemo: boolean;
  /** In the order in which they were asked; only of a request with fallbacks. */
  readonly attempts?: readonly ModelAttempt[];
}

/** What a streamed answer consists of: pieces of text in order, then the whole once. */
export type ChatEvent =
  | { readonly type: 'delta'; readonly text: string /** No model's words. */; readonly isDemo?: true }
  | { readonly type: 'final'; readonly answer: ChatAnswer };

/**
 * What an executor talks to. Keys, limits and the task's abort signal are bound to it already. Throws AppError:
 * `llm_key_missing`, `llm_budget_exceeded`, `rate_limited` (with `retryAfterSeconds`), `task_transient`, `task_timeout`, `task_failed`,
 * `task_input_invalid`, `blocked_address`, `task_cancelled`. No text holds a key.
 */
export interface LlmClient {
  chat(request: ChatRequest): Promise<ChatAnswer>;
  stream(request: ChatRequest): AsyncIterable<ChatEvent>;
  /** Which model a question should go to, of those there are keys for; asks none. */
  route(wish: RouteWish): Promise<RouteDecision>;
}
