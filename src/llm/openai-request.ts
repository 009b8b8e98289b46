/** A chat request in OpenAI's wire format (`POST /chat/completions`). */
import type { JsonObject } from '../core/json.ts';
import type { AnswerFormat, ChatMessage, ToolChoice, ToolDefinition } from '../core/llm/chat.ts';
import type { ProviderCall } from './provider.ts';
import { givenMembers } from './provider-request.ts';

/** OpenAI's newer models refuse `max_tokens`; most others know nothing else. */
const IS_OPENAI = /^https:\/\/api\.openai\.com\//;
/** They think before they answer, and refuse to be told how wildly. */
const HAS_NO_TEMPERATURE = /^(o\d|gpt-([5-9]|\d\d))/;

export function openaiBody(call: ProviderCall, isStreamed: boolean): JsonObject {
  const { request, model, baseUrl } = call;
  const isOpenai = IS_OPENAI.test(`${baseUrl}/`);
  const limit = isOpenai ? 'max_completion_tokens' : 'max_tokens';
  const isSampled = !isOpenai || !HAS_NO_TEMPERATURE.test(model);
  const optional = {
    temperature: isSampled ? request.temperature : undefined,
    top_p: isSampled ? request.topP : undefined,
    [limit]: request.maxTokens,
    stop: request.stop === undefined ? undefined : [...request.stop],
    seed: request.seed,
    response_format: formatOf(request.format),
    tools: request.tools?.map(toolOf),
    tool_choice: choiceOf(request.toolChoice),
  };
  return {
    model,
    messages: request.messages.map(messageOf),
    ...givenMembers(optional),
    ...(isStreamed ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

function messageOf(message: ChatMessage): JsonObject {
  const { role, content, name, toolCalls, toolCallId } = message;
  return {
    role,
    content: typeof content === 'string' || content === null ? content : [...content],
    ...(name === undefined ? {} : { name }),
    ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
    ...(toolCalls === undefined || toolCalls.length === 0
      ? {}
      : {
          tool_calls: toolCalls.map((call) => ({
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
  };
}

function toolOf({ name, description, parameters }: ToolDefinition): JsonObject {
  return { type: 'function', function: { name, description, parameters } };
}

function choiceOf(choice: ToolChoice | undefined): JsonObject[string] | undefined {
  return typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice;
}

function formatOf(format: AnswerFormat | undefined): JsonObject | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  if (format.type === 'json') return { type: 'json_object' };
  const { name, schema, strict = false } = format;
  return { type: 'json_schema', json_schema: { name, schema, strict } };
}
