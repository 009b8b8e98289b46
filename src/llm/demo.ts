/** Answers without a model: canned, the same for the same question, no network. Marked as demo wherever it goes. */
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { ChatAnswer, ChatMessage, ChatRequest } from '../core/llm/chat.ts';
import { DEMO_PROVIDER } from '../core/llm/provider-catalog.ts';
import type { LlmProvider } from './provider.ts';

const SHOWN_CHARACTERS = 200;
const MOST_DEPTH = 8;
/** About what a token is in English; only so that demo numbers look right. */
const CHARACTERS_PER_TOKEN = 4;

export const demoProvider: LlmProvider = {
  async chat({ request, signal }) {
    signal.throwIfAborted();
    return answerTo(request);
  },
  async *stream({ request, signal }) {
    const answer = answerTo(request);
    for (const text of answer.text.match(/\S+\s*/g) ?? []) {
      signal.throwIfAborted();
      yield { type: 'delta', text, isDemo: true };
    }
    yield { type: 'final', answer };
  },
};

function answerTo(request: ChatRequest): ChatAnswer {
  const asked = request.messages.map(textOf).join('\n');
  const text = answerText(request);
  return {
    text,
    toolCalls: [],
    finishReason: 'stop',
    model: DEMO_PROVIDER,
    provider: DEMO_PROVIDER,
    usage: { inputTokens: tokens(asked), outputTokens: tokens(text) },
    isDemo: true,
  };
}

function answerText({ format, messages }: ChatRequest): string {
  if (format?.type === 'json') return JSON.stringify({ demo: true });
  if (format?.type === 'schema') return JSON.stringify(sampleOf(format.schema, 0));
  const last = messages.findLast(({ role }) => role === 'user');
  const question = last === undefined ? '' : textOf(last).slice(0, SHOWN_CHARACTERS);
  return `This is a simulated response to '${question}'. No model was asked.`;
}

function textOf({ content }: ChatMessage): string {
  if (content === null) return '';
  if (typeof content === 'string') return content;
  return content.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join(' ');
}

function tokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** The plainest value that a JSON Schema allows. */
function sampleOf(schema: JsonValue | undefined, depth: number): JsonValue {
  if (!isJsonObject(schema) || depth > MOST_DEPTH) return null;
  if (schema['default'] !== undefined) return schema['default'];
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null;
  for (const choice of ['anyOf', 'oneOf', 'allOf']) {
    const options = schema[choice];
    if (Array.isArray(options)) return sampleOf(options[0], depth + 1);
  }
  return sampleOfType(schema, depth);
}

function sampleOfType(schema: JsonObject, depth: number): JsonValue {
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  const number = typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
  switch (type) {
    case 'string':
      return 'demo'.padEnd(typeof schema['minLength'] === 'number' ? schema['minLength'] : 0, '.');
    case 'integer':
    case 'number':
      return number;
    case 'boolean':
      return true;
    case 'array': {
      const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 1;
      return Array.from({ length: Math.min(least, 100) }, () => sampleOf(schema['items'], depth + 1));
    }
    case 'null':
      return null;
    default:
      return sampleObject(schema, depth);
  }
}

function sampleObject({ properties }: JsonObject, depth: number): JsonObject {
  if (!isJsonObject(properties)) return {};
  const members = Object.entries(properties).map(([name, schema]) => [name, sampleOf(schema, depth + 1)]);
  return Object.fromEntries(members) as JsonObject;
}
