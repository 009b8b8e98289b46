/** Asks a model: a prompt or a conversation in, text or checked JSON out, streamed while it is written. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import { attemptSchema, shownAttempt } from '../src/core/llm/attempt-schema.ts';
import type {
  AnswerFormat,
  ChatAnswer,
  ChatMessage,
  ChatRequest,
  LlmClient,
  ToolChoice,
} from '../src/core/llm/chat.ts';
import { costNanoUsd } from '../src/core/llm/prices.ts';

const MAX_TIMEOUT_SECONDS = 3_600;
const SCHEMA_NAME = /^[A-Za-z0-9_-]{1,64}$/;

const jsonObject = z.record(z.string(), z.custom<JsonValue>());
const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(jsonObject)]).nullish(),
  name: z.string().nullish(),
  tool_calls: z
    .array(
      z.looseObject({ id: z.string(), function: z.looseObject({ name: z.string(), arguments: z.string() }) }),
    )
    .nullish(),
  tool_call_id: z.string().nullish(),
});
const tool = z.looseObject({
  type: z.literal('function').optional(),
  function: z.looseObject({
    name: z.string().regex(SCHEMA_NAME),
    description: z.string().nullish(),
    parameters: jsonObject.nullish(),
  }),
});
const toolChoice = z.union([
  z.enum(['auto', 'required', 'none']),
  z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) }),
]);
const responseFormat = z.union([
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name: z.string().regex(SCHEMA_NAME).default('answer'),
      schema: jsonObject,
      strict: z.boolean().nullish(),
    }),
  }),
  z.looseObject({ type: z.enum(['text', 'json_object']) }),
]);

const input = z
  .object({
    messages: z
      .array(message)
      .nullish()
      .describe("Chat messages like [{'role': 'user', 'content': '...'}]; this or prompt is required"),
    prompt: z.string().nullish().describe('One question; goes behind the messages when both are given'),
    system: z.string().nullish().describe('What the model should know or be; goes before the messages'),
    model: z.string().nullish().describe("Model name, e.g. gpt-4o-mini (default: the server's)"),
    provider: z
      .string()
      .nullish()
      .describe('openai, groq, … (default: whichever there is a key for); demo asks no model'),
    base_url: z
      .string()
      .nullish()
      .describe("Address of an OpenAI-compatible server of your own; the server's key never goes there"),
    temperature: z.number().min(0).max(2).nullish().describe('0 = the same each time … 2 = wild'),
    top_p: z.number().min(0).max(1).nullish().describe('Share of likely words to choose from'),
    max_tokens: z.number().int().min(1).nullish().describe('Most tokens the answer may have'),
    stop: z
      .union([z.string(), z.array(z.string()).max(4)])
      .nullish()
      .describe('Texts at which the answer ends'),
    seed: z.number().int().nullish().describe('For answers that should be repeatable'),
    response_format: responseFormat
      .nullish()
      .describe(
        "As OpenAI has it: {'type': 'json_object'} or {'type': 'json_schema', 'json_schema': {name, schema}}",
      ),
    json_schema: jsonObject
      .nullish()
      .describe('A JSON Schema the answer must fit: short for response_format'),
    tools: z
      .array(tool)
      .max(128)
      .nullish()
      .describe(
        "Functions the model may ask for, as OpenAI has them: [{'type': 'function', 'function': {name, …}}]",
      ),
    tool_choice: toolChoice.nullish().describe('auto (default), required, none, or the one function to call'),
    fallbacks: z
      .array(z.string().min(1))
      .max(5)
      .nullish()
      .describe('Models (provider/model) that are asked in turn when this one fails'),
    stream: z.boolean().nullish().describe('Show the answer while it is written (default: true)'),
    timeout: z
      .number()
      .positive()
      .max(MAX_TIMEOUT_SECONDS)
      .nullish()
      .describe('Seconds to the last word (default: 300)'),
  })
  .describe('A question to a model');
type LlmInput = z.infer<typeof input>;

export default defineExecutor({
  id: 'llm_executor',
  name: 'LLM Executor',
  description: 'Ask a large language model: text generation, chat, summaries, structured answers',
  tags: ['llm', 'ai', 'completion', 'chat'],
  type: 'llm',
  examples: ['Generate text using GPT-4', 'Chat with a model', 'Summarize text', 'Extract fields as JSON'],
  input,
  output: z.object({
    success: z.boolean().describe('Whether the model answered'),
    content: z.string().nullable().describe('The answer'),
    data: z.custom<JsonValue>().optional().describe('The answer as JSON, when JSON was asked for'),
    is_stream: z.boolean().describe('Whether it was shown while it was written'),
    usage: z
      .object({
        prompt_tokens: z.number().int(),
        completion_tokens: z.number().int(),
        total_tokens: z.number().int(),
        cost: z.number().int().nullable().describe('In nano-dollars; null when the price is not known'),
      })
      .nullable()
      .describe('Token usage information'),
    model: z.string().describe('Model used for the completion'),
    provider: z.string().optional().describe('Who answered'),
    tool_calls: z
      .array(
        z.object({
          id: z.string(),
          type: z.literal('function'),
          function: z.object({ name: z.string(), arguments: z.string() }),
        }),
      )
      .optional()
      .describe('Functions the model asks for; arguments are JSON as it wrote them'),
    attempts: z.array(attemptSchema).optional().describe('With fallbacks: models that were asked, in order'),
    finish_reason: z.string().optional().describe('Why the answer ended: stop, length, content_filter …'),
    demo_mode: z.boolean().optional().describe('True when no model was asked'),
  }),
  placement: 'activity',
  usesLlm: true,
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  maxAttempts: 3,
  backoffMs: 1_000,
  demoInput: { prompt: 'Name three uses of a durable workflow' },
  demoDelayMs: 300,
  demo: ({ input: given }) => demoAnswer(given),
  async run({ input: given, params, llm, emitDelta }) {
    const request = requestOf({ ...settingsIn(params), ...present(given) });
    const isStreamed = (given.stream ?? params['stream']) !== false;
    const answer = isStreamed ? await streamed(llm, request, emitDelta) : await llm.chat(request);
    return resultOf(answer, isStreamed);
  },
});

/** The original kept these in the task's params; inputs win. */
function settingsIn(params: JsonObject): Partial<LlmInput> {
  const kept = input.pick({
    model: true,
    provider: true,
    base_url: true,
    temperature: true,
    max_tokens: true,
  });
  const parsed = kept.safeParse(params);
  if (parsed.success) return present(parsed.data);
  const [issue] = parsed.error.issues;
  throw new AppError('task_input_invalid', `params.${issue?.path.join('.')}: ${issue?.message}`);
}

function present<Given extends object>(given: Given): Partial<Given> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  ) as Partial<Given>;
}

function requestOf(given: Partial<LlmInput>): ChatRequest {
  const { fallbacks, stop, timeout, tools } = given;
  return {
    messages: messagesOf(given),
    model: given.model ?? undefined,
    provider: given.provider ?? undefined,
    baseUrl: given.base_url ?? undefined,
    temperature: given.temperature ?? undefined,
    topP: given.top_p ?? undefined,
    maxTokens: given.max_tokens ?? undefined,
    seed: given.seed ?? undefined,
    stop: typeof stop === 'string' ? [stop] : (stop ?? undefined),
    timeoutMs: timeout == null ? undefined : Math.ceil(timeout * 1_000),
    format: formatOf(given),
    tools: tools?.map(({ function: { name, description, parameters } }) => ({
      name,
      description: description ?? '',
      parameters: parameters ?? { type: 'object' },
    })),
    toolChoice: choiceOf(given.tool_choice),
    fallbacks: fallbacks?.map((model) => ({ model })),
  };
}

function choiceOf(choice: LlmInput['tool_choice']): ToolChoice | undefined {
  return typeof choice === 'object' && choice !== null
    ? { name: choice.function.name }
    : (choice ?? undefined);
}

function messagesOf({ messages, prompt, system }: Partial<LlmInput>): ChatMessage[] {
  const all: ChatMessage[] = [];
  if (system != null) all.push({ role: 'system', content: system });
  for (const { role, content, name, tool_calls: calls, tool_call_id: toolCallId } of messages ?? []) {
    const toolCalls = calls?.map(({ id, function: called }) => ({ id, ...named(called) }));
    all.push({
      role: role === 'developer' ? 'system' : role,
      content: content ?? null,
      ...(name == null ? {} : { name }),
      ...(toolCalls === undefined ? {} : { toolCalls }),
      ...(toolCallId == null ? {} : { toolCallId }),
    });
  }
  if (prompt != null) all.push({ role: 'user', content: prompt });
  if (all.every(({ role }) => role === 'system')) {
    throw new AppError('task_input_invalid', 'messages is required in inputs: give messages, or a prompt');
  }
  return all;
}

function named(called: { readonly name: string; readonly arguments: string }) {
  return { name: called.name, arguments: called.arguments };
}

function formatOf({
  response_format: format,
  json_schema: schema,
}: Partial<LlmInput>): AnswerFormat | undefined {
  if (schema != null) return { type: 'schema', name: 'answer', schema };
  if (format == null || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { type: 'json' };
  const {
    name,
    schema: given,
    strict,
  } = (format as { json_schema: { name: string; schema: JsonObject; strict?: boolean | null } }).json_schema;
  return { type: 'schema', name, schema: given, ...(strict == null ? {} : { strict }) };
}

async function streamed(
  llm: LlmClient,
  request: ChatRequest,
  emitDelta: (text: string) => void,
): Promise<ChatAnswer> {
  for await (const event of llm.stream(request)) {
    if (event.type === 'final') return event.answer;
    emitDelta(event.text);
  }
  throw new AppError('task_transient', 'The model ended without an answer');
}

function resultOf(answer: ChatAnswer, isStreamed: boolean) {
  const { usage } = answer;
  return {
    success: true,
    content: answer.text,
    ...(answer.data === undefined ? {} : { data: answer.data }),
    is_stream: isStreamed,
    usage:
      usage === null
        ? null
        : {
            prompt_tokens: usage.inputTokens,
            completion_tokens: usage.outputTokens,
            total_tokens: usage.inputTokens + usage.outputTokens,
            cost: costNanoUsd(answer, Date.now()),
          },
    model: answer.model,
    provider: answer.provider,
    ...(answer.toolCalls.length === 0
      ? {}
      : {
          tool_calls: answer.toolCalls.map(({ id, ...called }) => ({
            id,
            type: 'function' as const,
            function: called,
          })),
        }),
    ...(answer.attempts === undefined ? {} : { attempts: answer.attempts.map(shownAttempt) }),
    finish_reason: answer.finishReason,
    ...(answer.isDemo ? { demo_mode: true } : {}),
  };
}

function demoAnswer(given: JsonObject) {
  const model = typeof given['model'] === 'string' ? given['model'] : 'demo-gpt';
  const messages = Array.isArray(given['messages']) ? given['messages'] : [];
  const last = messages.at(-1);
  const lastText =
    typeof last === 'object' && last !== null && !Array.isArray(last) ? last['content'] : undefined;
  const asked = [given['prompt'], lastText].find((text) => typeof text === 'string') ?? 'Hello';
  return {
    success: true,
    content: `Attributes of ${model}: This is a simulated response to '${asked}'.`,
    is_stream: false,
    usage: null,
    model,
  };
}
