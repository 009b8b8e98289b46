/** Chooses the model for a question by what it needs and what matters, asks it, and asks the next ones when it fails. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor } from '../src/core/executor.ts';
import type { JsonObject, JsonValue } from '../src/core/json.ts';
import { attemptSchema, shownAttempt } from '../src/core/llm/attempt-schema.ts';
import type { AnswerFormat, ChatAnswer, ChatMessage } from '../src/core/llm/chat.ts';
import { estimateInputTokens } from '../src/core/llm/estimate-tokens.ts';
import { MODELS } from '../src/core/llm/model-data.ts';
import { costNanoUsd, priceOf } from '../src/core/llm/prices.ts';
import { type RouteDecision, routeModel } from '../src/core/llm/route-model.ts';
import { decisionSchema, readWish, shownDecision, wishMembers } from '../src/core/llm/route-schema.ts';

const MAX_TIMEOUT_SECONDS = 3_600;
/** A model that takes longer gives way to the next. */
const TIMEOUT_SECONDS = 60;

const jsonObject = z.record(z.string(), z.custom<JsonValue>());
const input = z
  .object({
    ...wishMembers,
    messages: z
      .array(
        z.looseObject({
          role: z.enum(['system', 'developer', 'user', 'assistant']),
          content: z.union([z.string(), z.array(jsonObject)]),
        }),
      )
      .nullish()
      .describe('Chat messages; without them and a prompt the model is chosen and not asked'),
    prompt: z.string().nullish().describe('One question; goes behind the messages'),
    system: z.string().nullish().describe('What the model should know or be'),
    json_schema: jsonObject.nullish().describe('A JSON Schema the answer must fit'),
    temperature: z.number().min(0).max(2).nullish().describe('0 = the same each time … 2 = wild'),
    max_tokens: z.number().int().min(1).nullish().describe('Most tokens the answer may have'),
    timeout: z
      .number()
      .positive()
      .max(MAX_TIMEOUT_SECONDS)
      .nullish()
      .describe(`Seconds each model may take (default: ${TIMEOUT_SECONDS})`),
  })
  .describe('A question to whichever model fits it best');
type RouteInput = z.infer<typeof input>;

export default defineExecutor({
  id: 'llm_route',
  name: 'LLM Router',
  description:
    'Ask the model that fits best by cost, speed, quality or privacy, and the next ones when it fails',
  tags: ['llm', 'ai', 'routing', 'fallback'],
  type: 'llm',
  examples: ['Ask the cheapest model that can see images', 'Ask a local model about sensitive text'],
  input,
  output: decisionSchema.omit({ ranked: true }).extend({
    content: z.string().nullable().describe('The answer; null when nobody was asked'),
    data: z.custom<JsonValue>().optional().describe('The answer as JSON, when a schema was given'),
    model_used: z.string().nullable(),
    provider_used: z.string().nullable(),
    tokens: z
      .object({ prompt_tokens: z.number(), completion_tokens: z.number(), total_tokens: z.number() })
      .nullable(),
    cost: z.number().nullable().describe('In nano-dollars; null when the price is not known'),
    latency_ms: z.number().nullable().describe('Of the model that answered'),
    finish_reason: z.string().nullable(),
    attempts: z.array(attemptSchema).describe('Models that were asked, in order'),
    demo_mode: z.boolean().optional().describe('True when no model was asked'),
  }),
  placement: 'activity',
  usesLlm: true,
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  maxAttempts: 3,
  backoffMs: 1_000,
  demoInput: { prompt: 'Name three uses of a durable workflow', goal: 'cost' },
  demoDelayMs: 300,
  demo: ({ input: given }) => demoAnswer(given),
  async run({ input: given, llm }) {
    const messages = messagesOf(given);
    const decision = await llm.route(wishOf(given, messages));
    if (messages.length === 0) return resultOf(decision, null);
    const { selection, fallbacks, excluded } = decision;
    if (selection === null) throw noModel(excluded);
    const answer = await llm.chat({
      messages,
      provider: selection.provider,
      model: selection.model,
      fallbacks: fallbacks.map(({ provider, model }) => ({ provider, model })),
      temperature: given.temperature ?? undefined,
      maxTokens: given.max_tokens ?? undefined,
      timeoutMs: Math.ceil((given.timeout ?? TIMEOUT_SECONDS) * 1_000),
      format: formatOf(given),
    });
    return resultOf(decision, answer);
  },
});

function messagesOf({ messages, prompt, system }: RouteInput): ChatMessage[] {
  const said: ChatMessage[] = (messages ?? []).map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content,
  }));
  if (prompt != null) said.push({ role: 'user', content: prompt });
  if (said.every(({ role }) => role === 'system')) return [];
  return system == null ? said : [{ role: 'system', content: system }, ...said];
}

function wishOf(given: RouteInput, messages: readonly ChatMessage[]) {
  const hasImages = messages.some(
    ({ content }) => Array.isArray(content) && content.some((part) => part['type'] === 'image_url'),
  );
  return readWish(given, {
    inputTokens: estimateInputTokens({ messages, format: formatOf(given) }),
    answerTokens: given.max_tokens ?? undefined,
    ...(hasImages ? { vision: true } : {}),
  });
}

function formatOf({ json_schema: schema }: RouteInput): AnswerFormat | undefined {
  return schema == null ? undefined : { type: 'schema', name: 'answer', schema };
}

function noModel(excluded: RouteDecision['excluded']): AppError {
  const told = excluded.map(({ provider, model, reasons }) => `${provider}/${model}: ${reasons.join(', ')}`);
  const keyless = excluded.length > 0 && excluded.every(({ reasons }) => reasons.includes('no key'));
  return new AppError(
    keyless ? 'llm_key_missing' : 'task_failed',
    keyless
      ? 'There is no key for any model. Set OPENAI_API_KEY or ANTHROPIC_API_KEY on the server, bring a key of your own, or run with use_demo'
      : `No model meets the requirements:\n- ${told.join('\n- ')}`,
  );
}

function resultOf(decision: RouteDecision, answer: ChatAnswer | null) {
  const { ranked: _ranked, ...shown } = shownDecision(decision);
  const attempts = (answer?.attempts ?? []).map(shownAttempt);
  const usage = answer?.usage ?? null;
  return {
    ...shown,
    content: answer?.text ?? null,
    ...(answer?.data === undefined ? {} : { data: answer.data }),
    model_used: answer?.model ?? null,
    provider_used: answer?.provider ?? null,
    tokens: usage && {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
    cost: answer && costNanoUsd(answer, Date.now()),
    latency_ms: attempts.at(-1)?.latency_ms ?? null,
    finish_reason: answer?.finishReason ?? null,
    attempts,
    ...(answer?.isDemo === true ? { demo_mode: true } : {}),
  };
}

/** Over the catalogue as if there were a key for each model of it. */
function demoAnswer(given: JsonObject) {
  const parsed = input.safeParse(given);
  const asked: RouteInput = parsed.success ? parsed.data : {};
  const messages = messagesOf(asked);
  const candidates = MODELS.map(({ typicalMs, ...traits }) => ({
    ...traits,
    rates: priceOf(traits.provider, traits.model, Date.now()),
    privacy: 'no_training' as const,
    latencyMs: typicalMs,
    isMeasured: false,
    unavailable: null,
  }));
  const decision = routeModel(candidates, wishOf(asked, messages));
  const { selection } = decision;
  if (messages.length === 0 || selection === null) return { ...resultOf(decision, null), demo_mode: true };
  const { provider, model, latencyMs: durationMs } = selection;
  const answer: ChatAnswer = {
    text: `This is a simulated response of ${model}. No model was asked.`,
    toolCalls: [],
    finishReason: 'stop',
    model,
    provider,
    usage: null,
    isDemo: true,
    attempts: [{ provider, model, outcome: 'answered', error: null, durationMs }],
  };
  return resultOf(decision, answer);
}
