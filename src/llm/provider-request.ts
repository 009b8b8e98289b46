/** What every vendor's request has in common: limits of time and size, no redirects, and how its answer's text is read. */
import type { HttpStreamRequest, HttpStreamResponse } from '../core/executor.ts';
import type { JsonObject } from '../core/json.ts';
import type { ChatAnswer, ChatEvent } from '../core/llm/chat.ts';
import type { ProviderCall } from './provider.ts';

/** The gateway gives each call a limit; this one is for calls past it. */
const DEFAULT_TIMEOUT_MS = 300_000;
/** A model that thinks is silent for a while; one that is silent for longer is gone. */
const IDLE_MS = 120_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** A POST with a JSON body. `headers` carry the key in the vendor's way. */
export function providerRequest(
  call: ProviderCall,
  post: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: JsonObject;
    readonly isStreamed: boolean;
  },
): HttpStreamRequest {
  const { request, signal, idempotencyKey } = call;
  return {
    url: post.url,
    method: 'POST',
    headers: {
      accept: post.isStreamed ? 'text/event-stream' : 'application/json',
      'content-type': 'application/json',
      'user-agent': 'taskgrove',
      'idempotency-key': idempotencyKey,
      ...post.headers,
    },
    body: JSON.stringify(post.body),
    timeoutMs: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ...(post.isStreamed ? { idleTimeoutMs: IDLE_MS } : {}),
    maxBytes: MAX_BYTES,
    // The key goes where it was meant to go, and nowhere else.
    maxRedirects: 0,
    signal,
  };
}

/** The members that are given. */
export function givenMembers(members: Record<string, JsonObject[string] | undefined>): JsonObject {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as JsonObject;
}

/** Some servers do not stream although they were asked to. */
export function isStreamOf(answer: HttpStreamResponse): boolean {
  return !/^application\/json\b/.test(answer.headers['content-type'] ?? '');
}

/** An answer that came whole, as a stream tells it. */
export function* atOnce(answer: ChatAnswer): Generator<ChatEvent> {
  if (answer.text !== '') yield { type: 'delta', text: answer.text };
  yield { type: 'final', answer };
}

export async function bodyText(answer: HttpStreamResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of answer.body) text += decoder.decode(bytes, { stream: true });
  return text;
}
