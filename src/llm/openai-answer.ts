/** Reads OpenAI's answers: a whole one, and the pieces of a streamed one. Servers that leave things out are common. */
import { z } from 'zod';
import type { JsonValue } from '../core/json.ts';
import type { ChatAnswer, TokenUsage, ToolCall } from '../core/llm/chat.ts';

const usageSchema = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish().catch(null),
});
const toolCallSchema = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }),
});
const answerSchema = z.looseObject({
  model: z.string().nullish(),
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(toolCallSchema).nullish(),
        }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: usageSchema.nullish().catch(null),
});
const chunkSchema = z.looseObject({
  model: z.string().nullish(),
  choices: z
    .array(
      z.looseObject({
        delta: z
          .looseObject({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            tool_calls: z.array(toolCallSchema.extend({ index: z.number().int().nullish() })).nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: usageSchema.nullish().catch(null),
});

const FINISHES: Readonly<Record<string, ChatAnswer['finishReason']>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

/** null when it is no answer at all. */
export function wholeAnswer(
  body: JsonValue | undefined,
  asked: { provider: string; model: string },
): ChatAnswer | null {
  const parsed = answerSchema.safeParse(body);
  const choice = parsed.data?.choices[0];
  if (parsed.data === undefined || choice === undefined) return null;
  const { message, finish_reason } = choice;
  const toolCalls = (message.tool_calls ?? []).map((call, index) => toolCall(call, index));
  return {
    text: message.content ?? message.refusal ?? '',
    toolCalls,
    finishReason: FINISHES[finish_reason ?? 'stop'] ?? 'other',
    model: parsed.data.model ?? asked.model,
    provider: asked.provider,
    usage: usageOf(parsed.data.usage),
    isDemo: false,
  };
}

function toolCall(call: z.infer<typeof toolCallSchema>, index: number): ToolCall {
  const { name, arguments: given } = call.function;
  return { id: call.id ?? `call_${index}`, name: name ?? '', arguments: given ?? '' };
}

function usageOf(usage: z.infer<typeof usageSchema> | null | undefined): TokenUsage | null {
  if (usage === null || usage === undefined) return null;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    ...(cached > 0 ? { cacheReadTokens: cached } : {}),
  };
}

/** Gathers the pieces of a streamed answer. */
export class AnswerPieces {
  readonly #asked: { provider: string; model: string };
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>();
  #text = '';
  #model: string | null = null;
  #finish: string | null = null;
  #usage: TokenUsage | null = null;

  constructor(asked: { provider: string; model: string }) {
    this.#asked = asked;
  }

  /** The text this piece adds; null when it is no piece of an answer. */
  add(piece: JsonValue | undefined): string | null {
    const parsed = chunkSchema.safeParse(piece);
    if (!parsed.success) return null;
    const { model, choices, usage } = parsed.data;
    this.#model ??= model ?? null;
    this.#usage = usageOf(usage) ?? this.#usage;
    const choice = choices?.[0];
    this.#finish = choice?.finish_reason ?? this.#finish;
    for (const [place, call] of (choice?.delta?.tool_calls ?? []).entries()) {
      const index = call.index ?? place;
      const known = this.#calls.get(index) ?? { id: '', name: '', arguments: '' };
      this.#calls.set(index, {
        id: known.id || (call.id ?? ''),
        name: known.name + (call.function.name ?? ''),
        arguments: known.arguments + (call.function.arguments ?? ''),
      });
    }
    const text = choice?.delta?.content ?? choice?.delta?.refusal ?? '';
    this.#text += text;
    return text;
  }

  /** The model said why it stopped: what is still to come adds no text. */
  get isFinished(): boolean {
    return this.#finish !== null;
  }

  answer(): ChatAnswer {
    const calls = [...this.#calls].sort(([left], [right]) => left - right);
    return {
      text: this.#text,
      toolCalls: calls.map(([index, call]) => ({ ...call, id: call.id || `call_${index}` })),
      finishReason: FINISHES[this.#finish ?? 'stop'] ?? 'other',
      model: this.#model ?? this.#asked.model,
      provider: this.#asked.provider,
      usage: this.#usage,
      isDemo: false,
    };
  }
}
