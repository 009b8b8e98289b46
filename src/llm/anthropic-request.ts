/** A chat request in the wire format of Anthropic's Messages API (`POST /v1/messages`). */
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { ChatMessage, ChatRequest, ToolChoice, ToolDefinition } from '../core/llm/chat.ts';
import { parseJson } from '../core/llm/structured-answer.ts';
import type { ProviderCall } from './provider.ts';
import { givenMembers } from './provider-request.ts';

/**
 * Claude models that take a temperature and can be made to call a tool. Those after them think by themselves and refuse
 * both, and so will the next ones; a name that is not Claude's is another server's model.
 */
const IS_PLAIN = /^(?!claude-)|^claude-(2|3|instant)|^claude-(opus|sonnet|haiku)-4(?!-[78]\b)/;
const OLD = /^(?!claude-)|^claude-[23]/;
/** The API wants a limit. What a model thinks counts against it. */
const MAX_TOKENS = 16_000;
const MAX_TOKENS_OLD = 4_096;
const ANY_OBJECT: JsonObject = { type: 'object', additionalProperties: true };

/** How an answer in JSON is asked for: as the input of a tool that the model calls. */
export interface AnswerTool {
  readonly name: string;
  readonly schema: JsonObject;
  /** Inputs of tools are objects: any other value travels as the member `value` of one. */
  readonly isWrapped: boolean;
}

/** null when text is asked for. */
export function answerTool({ format, tools = [] }: ChatRequest): AnswerTool | null {
  if (format === undefined || format.type === 'text') return null;
  const wanted = format.type === 'json' ? 'answer' : format.name;
  const name = tools.some((tool) => tool.name === wanted) ? `${wanted}_as_json` : wanted;
  if (format.type === 'json') return { name, schema: ANY_OBJECT, isWrapped: false };
  const { schema } = format;
  if (schema['type'] === 'object') return { name, schema, isWrapped: false };
  return { name, schema: wrapped(schema), isWrapped: true };
}

function wrapped({ $defs, ...schema }: JsonObject): JsonObject {
  const defs = $defs === undefined ? {} : { $defs };
  return { type: 'object', properties: { value: schema }, required: ['value'], ...defs };
}

export function anthropicBody(call: ProviderCall, isStreamed: boolean): JsonObject {
  const { request, model } = call;
  const answer = answerTool(request);
  const isPlain = IS_PLAIN.test(model);
  const tools = toolsOf(request, answer);
  const optional = {
    system: systemOf(request, isPlain ? null : answer),
    temperature: isPlain && request.temperature !== undefined ? Math.min(request.temperature, 1) : undefined,
    // Both at once are refused.
    top_p: isPlain && request.temperature === undefined ? request.topP : undefined,
    stop_sequences: request.stop === undefined ? undefined : [...request.stop],
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: tools.length === 0 ? undefined : choiceOf(request, answer, isPlain),
  };
  return {
    model,
    max_tokens: request.maxTokens ?? (OLD.test(model) ? MAX_TOKENS_OLD : MAX_TOKENS),
    messages: turnsOf(request.messages),
    ...givenMembers(optional),
    ...(isStreamed ? { stream: true } : {}),
  };
}

/** A model that cannot be made to call a tool is told to. */
function systemOf({ messages }: ChatRequest, told: AnswerTool | null): string | undefined {
  const parts = messages.filter(({ role }) => role === 'system').map(textOf);
  if (told !== null)
    parts.push(`Give your final answer by calling the tool ${told.name}, and in no other way.`);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function toolsOf({ tools = [] }: ChatRequest, answer: AnswerTool | null): JsonObject[] {
  const all = tools.map(toolOf);
  if (answer === null) return all;
  const { name, schema } = answer;
  return [...all, { name, description: 'Takes the final answer', input_schema: schema }];
}

function toolOf({ name, description, parameters }: ToolDefinition): JsonObject {
  return { name, description, input_schema: { type: 'object', ...parameters } };
}

function choiceOf(
  { tools = [], toolChoice }: ChatRequest,
  answer: AnswerTool | null,
  canForce: boolean,
): JsonObject | undefined {
  if (!canForce) return toolChoice === 'none' && answer === null ? { type: 'none' } : undefined;
  if (answer !== null && (tools.length === 0 || toolChoice === 'none'))
    return { type: 'tool', name: answer.name };
  if (answer !== null && typeof toolChoice !== 'object') return { type: 'any' };
  return vendorChoice(toolChoice);
}

function vendorChoice(choice: ToolChoice | undefined): JsonObject | undefined {
  if (choice === undefined) return undefined;
  if (typeof choice === 'object') return { type: 'tool', name: choice.name };
  return { type: choice === 'required' ? 'any' : choice };
}

/** User and assistant in turn: neighbours of one role become one message, answers of tools are the user's. */
function turnsOf(messages: readonly ChatMessage[]): JsonObject[] {
  const turns: { role: string; content: JsonObject[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = blocksOf(message);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) turns.push({ role, content: blocks });
  }
  return turns;
}

function blocksOf(message: ChatMessage): JsonObject[] {
  if (message.role === 'tool') {
    return [{ type: 'tool_result', tool_use_id: message.toolCallId ?? '', content: textOf(message) }];
  }
  const { content, toolCalls = [] } = message;
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []).map(partOf);
  const calls = toolCalls.map(({ id, name, arguments: given }) => {
    const parsed = parseJson(given);
    return { type: 'tool_use', id, name, input: isJsonObject(parsed) ? parsed : {} };
  });
  // An empty text is refused.
  return [...parts.filter((part) => part['type'] !== 'text' || part['text'] !== ''), ...calls];
}

/** OpenAI's parts are the contract's; what is none of them goes as it is. */
function partOf(part: JsonObject): JsonObject {
  const image = part['image_url'];
  if (part['type'] !== 'image_url' || !isJsonObject(image)) return part;
  const url = String(image['url'] ?? '');
  const inline = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  if (inline === null) return { type: 'image', source: { type: 'url', url } };
  const [, media_type = '', data = ''] = inline;
  return { type: 'image', source: { type: 'base64', media_type, data } };
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string' || content === null) return content ?? '';
  return content.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join('');
}
