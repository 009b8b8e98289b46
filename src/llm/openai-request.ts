/** A chat request in OpenAI's wire format (`POST /chat/completions`). */
import type { JsonObject } from '../core/json.ts';
import type { AnswerFormat, ChatMessage, ToolDefinition } from '../core/llm/chat.ts';
import type { ProviderCall } from './provider.ts';

/** OpenAI's newer models refuse `max_tokens`; most others know nothing else. */
const HAS_NEW_TOKEN_LIMIT = /^https:\/\/api\.openai\.com\//;

export function openaiBody(call: ProviderCall, isStreamed: boolean): JsonObject {
  const { request, model, baseUrl } = call;
  const limit = HAS_NEW_TOKEN_LIMIT.test(`${baseUrl}/`) ? 'max_completion_tokens' : 'max_tokens';
  const optional = {
    temperature: request.temperature,
    top_p: request.topP,
    [limit]: request.maxTokens,
    stop: request.stop === undefined ? undefined : [...request.stop],
    seed: request.seed,
    response_format: formatOf(request.format),
    tools: request.tools?.map(toolOf),
  };
  return {
    model,
    messages: request.messages.map(messageOf),
    ...given(optional),
    ...(isStreamed ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

function given(members: Record<string, JsonObject[string] | undefined>): JsonObject {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as JsonObject;
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

function formatOf(format: AnswerFormat | undefined): JsonObject | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  if (format.type === 'json') return { type: 'json_object' };
  const { name, schema, strict = false } = format;
  return { type: 'json_schema', json_schema: { name, schema, strict } };
}
