/** What a request is made of, for whoever counts its tokens: texts, and what stands between them. */
import type { ChatMessage, ChatRequest } from './chat.ts';

/** Roles and separators around each message. */
const MESSAGE_TOKENS = 5;
const REQUEST_TOKENS = 10;
/** A large picture. Small ones are less. */
const IMAGE_TOKENS = 1_600;

export interface InputTexts {
  readonly texts: readonly string[];
  /** For all that is not text: frames and images. */
  readonly otherTokens: number;
}

/** All that goes in: messages, images, tools and the wanted form. */
export function inputTexts({ messages, tools, format }: ChatRequest): InputTexts {
  const texts = messages.flatMap(messageTexts);
  if (tools !== undefined) texts.push(JSON.stringify(tools));
  if (format?.type === 'schema') texts.push(JSON.stringify(format.schema));
  const images = messages.reduce((sum, { content }) => sum + imagesIn(content), 0);
  return {
    texts,
    otherTokens: REQUEST_TOKENS + messages.length * MESSAGE_TOKENS + images * IMAGE_TOKENS,
  };
}

function messageTexts({ content, toolCalls = [] }: ChatMessage): string[] {
  const calls = toolCalls.length === 0 ? [] : [JSON.stringify(toolCalls)];
  if (content === null || typeof content === 'string') return [...calls, content ?? ''];
  const parts = content.filter((part) => part['image_url'] === undefined);
  return [...calls, ...parts.map((part) => JSON.stringify(part))];
}

function imagesIn(content: ChatMessage['content']): number {
  return Array.isArray(content) ? content.filter((part) => part['image_url'] !== undefined).length : 0;
}
