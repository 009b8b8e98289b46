/** Every server that speaks Anthropic's Messages API. */
import type { HttpStreamRequest, HttpStreamResponse } from '../core/executor.ts';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import type { ChatAnswer, ChatEvent } from '../core/llm/chat.ts';
import { parseJson } from '../core/llm/structured-answer.ts';
import { SseParser } from '../core/sse-parser.ts';
import { type Asked, MessagePieces, wholeMessage } from './anthropic-answer.ts';
import { answerTool, anthropicBody } from './anthropic-request.ts';
import type { LlmProvider, ProviderCall } from './provider.ts';
import { garbageFailure, statusFailure } from './provider-failure.ts';
import { atOnce, bodyText, isStreamOf, providerRequest } from './provider-request.ts';

const VERSION = '2023-06-01';

/** The status an error within a stream stands for. */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

export const anthropic: LlmProvider = {
  async chat(call) {
    const answer = await call.http.request(requestOf(call, false));
    const body = new TextDecoder().decode(answer.body);
    if (answer.status >= 300) throw statusFailure(call, { ...answer, body });
    return readWhole(call, body);
  },

  async *stream(call) {
    const answer = await call.http.stream(requestOf(call, true));
    if (answer.status >= 300) throw statusFailure(call, { ...answer, body: await bodyText(answer) });
    if (isStreamOf(answer)) yield* pieces(call, answer);
    else yield* atOnce(readWhole(call, await bodyText(answer)));
  },
};

/** The base URL may name the version or leave it out. */
function requestOf(call: ProviderCall, isStreamed: boolean): HttpStreamRequest {
  const { baseUrl, key } = call;
  return providerRequest(call, {
    url: `${baseUrl.replace(/\/v1$/, '')}/v1/messages`,
    headers: { 'anthropic-version': VERSION, ...(key === null ? {} : { 'x-api-key': key.reveal() }) },
    body: anthropicBody(call, isStreamed),
    isStreamed,
  });
}

function askedOf({ provider, model, request }: ProviderCall): Asked {
  return { provider, model, answerTool: answerTool(request) };
}

function readWhole(call: ProviderCall, body: string): ChatAnswer {
  const parsed = parseJson(body);
  if (isError(parsed)) throw statusFailure(call, { status: statusIn(parsed), headers: {}, body });
  const answer = wholeMessage(parsed, askedOf(call));
  if (answer !== null) return answer;
  throw garbageFailure(call, parsed === undefined ? 'it is no JSON' : 'it has no content');
}

async function* pieces(call: ProviderCall, answer: HttpStreamResponse): AsyncGenerator<ChatEvent> {
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const gathered = new MessagePieces(askedOf(call));
  for await (const bytes of answer.body) {
    for (const { data } of parser.push(decoder.decode(bytes, { stream: true }))) {
      const event = parseJson(data);
      if (isError(event)) throw statusFailure(call, { status: statusIn(event), headers: {}, body: data });
      const text = gathered.add(event);
      if (text === null) throw garbageFailure(call, 'a piece of the stream is no part of an answer');
      if (text !== '') yield { type: 'delta', text };
      if (isJsonObject(event) && event['type'] === 'message_stop') {
        yield* ended(call, gathered);
        return;
      }
    }
  }
  yield* ended(call, gathered);
}

function* ended(call: ProviderCall, gathered: MessagePieces): Generator<ChatEvent> {
  if (!gathered.isFinished) throw garbageFailure(call, 'the stream broke off before its end');
  const answer = gathered.answer();
  const rest = gathered.rest(answer);
  if (rest !== '') yield { type: 'delta', text: rest };
  yield { type: 'final', answer };
}

function isError(value: JsonValue | undefined): value is { error: JsonValue } {
  return isJsonObject(value) && value['type'] === 'error' && value['error'] !== undefined;
}

function statusIn({ error }: { error: JsonValue }): number {
  return (isJsonObject(error) ? STATUSES[String(error['type'])] : undefined) ?? 502;
}
