/** Every server that speaks OpenAI's chat completions: OpenAI, Groq, Ollama, vLLM … told apart by base URL and key. */
import type { HttpStreamRequest, HttpStreamResponse } from '../core/executor.ts';
import { isJsonObject } from '../core/json.ts';
import type { ChatAnswer, ChatEvent } from '../core/llm/chat.ts';
import { parseJson } from '../core/llm/structured-answer.ts';
import { SseParser } from '../core/sse-parser.ts';
import { AnswerPieces, wholeAnswer } from './openai-answer.ts';
import { openaiBody } from './openai-request.ts';
import type { LlmProvider, ProviderCall } from './provider.ts';
import { garbageFailure, statusFailure } from './provider-failure.ts';
import { atOnce, bodyText, isStreamOf, providerRequest } from './provider-request.ts';

export const openaiCompatible: LlmProvider = {
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

function requestOf(call: ProviderCall, isStreamed: boolean): HttpStreamRequest {
  const { baseUrl, key } = call;
  return providerRequest(call, {
    url: `${baseUrl}/chat/completions`,
    headers: key === null ? {} : { authorization: `Bearer ${key.reveal()}` },
    body: openaiBody(call, isStreamed),
    isStreamed,
  });
}

function readWhole(call: ProviderCall, body: string): ChatAnswer {
  const parsed = parseJson(body);
  const answer = wholeAnswer(parsed, call);
  if (answer !== null) return answer;
  // Some gateways answer 200 with an error inside.
  if (isJsonObject(parsed) && parsed['error'] !== undefined) {
    throw statusFailure(call, { status: 502, headers: {}, body });
  }
  throw garbageFailure(call, parsed === undefined ? 'it is no JSON' : 'it has no choices');
}

async function* pieces(call: ProviderCall, answer: HttpStreamResponse): AsyncGenerator<ChatEvent> {
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const gathered = new AnswerPieces(call);
  for await (const bytes of answer.body) {
    for (const { data } of parser.push(decoder.decode(bytes, { stream: true }))) {
      if (data === '[DONE]') {
        yield* ended(call, gathered);
        return;
      }
      const text = readPiece(call, gathered, data);
      if (text !== '') yield { type: 'delta', text };
    }
  }
  yield* ended(call, gathered);
}

function readPiece(call: ProviderCall, gathered: AnswerPieces, data: string): string {
  const piece = parseJson(data);
  if (isJsonObject(piece) && piece['error'] !== undefined) {
    throw statusFailure(call, { status: statusIn(piece['error']), headers: {}, body: data });
  }
  const text = gathered.add(piece);
  if (text === null) throw garbageFailure(call, 'a piece of the stream is no part of an answer');
  return text;
}

/** The status an error within a stream stands for. */
function statusIn(error: unknown): number {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : Number.NaN;
  return code >= 400 && code < 600 ? code : 502;
}

function* ended(call: ProviderCall, gathered: AnswerPieces): Generator<ChatEvent> {
  if (!gathered.isFinished) throw garbageFailure(call, 'the stream broke off before its end');
  yield { type: 'final', answer: gathered.answer() };
}
