/** Reads the answers of Anthropic's Messages API: a whole one, and the events of a streamed one. */
import { z } from 'zod';
import { isJsonObject, type JsonValue } from '../core/json.ts';
import type { ChatAnswer, TokenUsage, ToolCall } from '../core/llm/chat.ts';
import { parseJson } from '../core/llm/structured-answer.ts';
import type { AnswerTool } from './anthropic-request.ts';

const count = z.number().nullish();
const usageSchema = z.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
});
type WireUsage = z.infer<typeof usageSchema>;

/** Blocks of other types (what the model thought) are no part of the answer. */
const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.custom<JsonValue>().optional(),
});
const messageSchema = z.looseObject({
  model: z.string().nullish(),
  content: z.array(blockSchema),
  stop_reason: z.string().nullish(),
  usage: usageSchema.nullish().catch(null),
});
const eventSchema = z.looseObject({
  type: z.string(),
  index: z.number().int().nullish(),
  message: messageSchema.partial().nullish(),
  content_block: blockSchema.nullish(),
  delta: z
    .looseObject({
      type: z.string().nullish(),
      text: z.string().nullish(),
      partial_json: z.string().nullish(),
      stop_reason: z.string().nullish(),
    })
    .nullish(),
  usage: usageSchema.nullish().catch(null),
});

const FINISHES: Readonly<Record<string, ChatAnswer['finishReason']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** What was asked, as far as the answer is read by it. */
export interface Asked {
  readonly provider: string;
  readonly model: string;
  /** The tool whose input is the answer; null when text was asked for. */
  readonly answerTool: AnswerTool | null;
}

/** null when it is no answer at all. */
export function wholeMessage(body: JsonValue | undefined, asked: Asked): ChatAnswer | null {
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success) return null;
  const { content, model, stop_reason, usage } = parsed.data;
  const text = content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
  const calls = content
    .filter(({ type }) => type === 'tool_use')
    .map(({ id, name, input }, index) => ({
      id: id ?? `call_${index}`,
      name: name ?? '',
      arguments: JSON.stringify(input ?? {}),
    }));
  return answerOf(asked, { text, calls, model, stop: stop_reason, usage: usageOf(usage ?? {}) });
}

interface Gathered {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly model: string | null | undefined;
  readonly stop: string | null | undefined;
  readonly usage: TokenUsage | null;
}

function answerOf(asked: Asked, { text, calls, model, stop, usage }: Gathered): ChatAnswer {
  const { answerTool, provider } = asked;
  const answered = calls.find(({ name }) => name === answerTool?.name);
  const toolCalls = calls.filter((call) => call !== answered);
  const finish = FINISHES[stop ?? 'end_turn'] ?? 'other';
  const isAnswered = answered !== undefined && finish === 'tool_calls' && toolCalls.length === 0;
  return {
    text: answered === undefined ? text : unwrapped(answered.arguments, answerTool),
    toolCalls,
    finishReason: isAnswered ? 'stop' : finish,
    model: model ?? asked.model,
    provider,
    usage,
    isDemo: false,
  };
}

function unwrapped(json: string, tool: AnswerTool | null): string {
  if (tool?.isWrapped !== true) return json;
  const value = parseJson(json);
  return isJsonObject(value) && value['value'] !== undefined ? JSON.stringify(value['value']) : json;
}

/** Tokens from and into the cache are counted beside the others on the wire, and together here. */
function usageOf(usage: WireUsage): TokenUsage | null {
  if (usage.input_tokens == null && usage.output_tokens == null) return null;
  const read = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  return {
    inputTokens: (usage.input_tokens ?? 0) + read + written,
    outputTokens: usage.output_tokens ?? 0,
    ...(read > 0 ? { cacheReadTokens: read } : {}),
    ...(written > 0 ? { cacheWriteTokens: written } : {}),
  };
}

/** Gathers the events of a streamed answer. */
export class MessagePieces {
  readonly #asked: Asked;
  readonly #calls = new Map<number, ToolCall>();
  #text = '';
  #usage: WireUsage = {};
  #model: string | null = null;
  #stop: string | null = null;
  #isAnswering = false;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** The text this event adds; null when it is no event of an answer. Events we do not know add nothing. */
  add(event: JsonValue | undefined): string | null {
    const parsed = eventSchema.safeParse(event);
    if (!parsed.success) return null;
    const { message, usage, index, content_block: block, delta } = parsed.data;
    this.#model ??= message?.model ?? null;
    this.#stop = delta?.stop_reason ?? this.#stop;
    // Later counts are of the whole answer so far.
    for (const counts of [message?.usage, usage]) this.#usage = { ...this.#usage, ...known(counts) };
    if (block?.type === 'tool_use') this.#begin(index ?? 0, block);
    if (typeof delta?.partial_json === 'string') return this.#addJson(index ?? 0, delta.partial_json);
    const text = (block?.type === 'text' ? block.text : undefined) ?? delta?.text ?? '';
    this.#text += text;
    // Asked for JSON, a model says things before it that are not part of it.
    return this.#asked.answerTool === null ? text : '';
  }

  /** The model said why it stopped: what is still to come adds no text. */
  get isFinished(): boolean {
    return this.#stop !== null;
  }

  answer(): ChatAnswer {
    const calls = [...this.#calls]
      .sort(([left], [right]) => left - right)
      .map(([, call]) => ({ ...call, arguments: call.arguments === '' ? '{}' : call.arguments }));
    const gathered = { text: this.#text, calls, model: this.#model, stop: this.#stop };
    return answerOf(this.#asked, { ...gathered, usage: usageOf(this.#usage) });
  }

  /** The text of the answer that no event has added yet: JSON that could not be shown while it came. */
  rest(answer: ChatAnswer): string {
    return this.#asked.answerTool !== null && !this.#isAnswering ? answer.text : '';
  }

  #begin(index: number, { id, name }: z.infer<typeof blockSchema>): void {
    this.#calls.set(index, { id: id ?? `call_${index}`, name: name ?? '', arguments: '' });
  }

  #addJson(index: number, json: string): string {
    const call = this.#calls.get(index);
    if (call === undefined) return '';
    this.#calls.set(index, { ...call, arguments: call.arguments + json });
    const { answerTool } = this.#asked;
    if (call.name !== answerTool?.name || answerTool.isWrapped) return '';
    this.#isAnswering ||= json !== '';
    return json;
  }
}

function known(counts: WireUsage | null | undefined): WireUsage {
  return Object.fromEntries(Object.entries(counts ?? {}).filter(([, value]) => value != null));
}
