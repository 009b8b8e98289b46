/**
 * How many tokens a text or a request is about. Rather too many than too few: budgets are held by it before a call, when
 * nobody has counted yet. Vendors' tokenizers differ by a third among themselves.
 */
import type { ChatMessage, ChatRequest } from './chat.ts';

/** Letters of a word that are one token at least: common words are one, rare ones a few. */
const LETTERS_PER_TOKEN = 4;
const DIGITS_PER_TOKEN = 2;
/** Roles and separators around each message. */
const MESSAGE_TOKENS = 5;
const REQUEST_TOKENS = 10;
/** A large picture. Small ones are less. */
const IMAGE_TOKENS = 1_600;

const PARTS = /[A-Za-z]+|\d+|\s+|[^A-Za-z\d\s]/gu;

/** 0 for an empty text. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const [part] of text.matchAll(PARTS)) {
    const first = part.charCodeAt(0);
    // A blank belongs to the word behind it; more of them are tokens of their own.
    if (/\s/.test(part)) tokens += part.length === 1 ? 0 : Math.ceil(part.length / LETTERS_PER_TOKEN);
    else if (part >= '0' && part < ':') tokens += Math.ceil(part.length / DIGITS_PER_TOKEN);
    else if (first < 128 && /[A-Za-z]/.test(part)) tokens += Math.ceil(part.length / LETTERS_PER_TOKEN);
    // Beyond ASCII a character is a token, rare ones several.
    else tokens += first < 0x3000 ? 1 : 2;
  }
  return tokens;
}

/** All that goes in: messages, images, tools and the wanted form. */
export function estimateInputTokens({ messages, tools, format }: ChatRequest): number {
  const said = messages.reduce((sum, message) => sum + messageTokens(message), REQUEST_TOKENS);
  const offered = tools === undefined ? 0 : estimateTokens(JSON.stringify(tools));
  const wanted = format?.type === 'schema' ? estimateTokens(JSON.stringify(format.schema)) : 0;
  return said + offered + wanted;
}

function messageTokens({ content, toolCalls = [] }: ChatMessage): number {
  const calls = toolCalls.length === 0 ? 0 : estimateTokens(JSON.stringify(toolCalls));
  if (content === null || typeof content === 'string')
    return MESSAGE_TOKENS + calls + estimateTokens(content ?? '');
  return content.reduce(
    (sum, part) =>
      sum + (part['image_url'] === undefined ? estimateTokens(JSON.stringify(part)) : IMAGE_TOKENS),
    MESSAGE_TOKENS + calls,
  );
}
