/**
 * What of a conversation is sent to a model: the system prompt, and of what was said the newest that fits. The oldest
 * turns go first, whole ones, and the model is told that something is missing.
 */
import { AppError } from '../errors.ts';
import type { ChatMessage } from '../llm/chat.ts';
import { estimateTokens } from '../llm/estimate-tokens.ts';
import { MODELS, UNLISTED_TRAITS } from '../llm/model-data.ts';
import { providerOfModel } from '../llm/provider-catalog.ts';
import type { Message } from './message.ts';

/** More history makes replies dearer and slower, seldom better. */
const MOST_INPUT_TOKENS = 32_000;
const MOST_ANSWER_TOKENS = 4_096;
/** Without a name it is the operator's default, and those are large. */
const DEFAULT_CONTEXT_TOKENS = 32_000;
/** Roles and separators around each message. */
const MESSAGE_TOKENS = 5;

export interface Window {
  readonly messages: readonly ChatMessage[];
  readonly maxAnswerTokens: number;
  /** Messages that found no room. */
  readonly dropped: number;
}

/** `history`: oldest first, the message to be answered last. Throws `task_input_invalid` when that alone does not fit. */
export function fitWindow(
  systemPrompt: string | null,
  history: readonly Message[],
  model: string | null,
): Window {
  const contextTokens = contextOf(model);
  const maxAnswerTokens = Math.min(MOST_ANSWER_TOKENS, Math.floor(contextTokens / 4));
  const usable = usableOf(history);
  const budget = Math.min(MOST_INPUT_TOKENS, contextTokens - maxAnswerTokens);
  let left = budget - tokensOf(systemPrompt ?? '');
  const kept: Message[] = [];
  for (const message of usable.toReversed()) {
    left -= tokensOf(message.text);
    if (left < 0) break;
    kept.unshift(message);
  }
  const last = usable.at(-1);
  if (kept.length === 0 && last !== undefined)
    throw new AppError(
      'task_input_invalid',
      `The message and the system prompt are too long for ${model ?? 'the model'}: about ${budget - left} tokens, and ${budget} fit`,
    );
  const dropped = usable.length - kept.length;
  return {
    messages: [...instructions(systemPrompt, dropped), ...kept.map(toChat)],
    maxAnswerTokens,
    dropped,
  };
}

/** What was refused, with the refusal, is not told to a model later; nor are replies that came to nothing. */
function usableOf(history: readonly Message[]): Message[] {
  const refused = new Set(
    history.filter(({ status }) => status === 'blocked').map(({ reply_to }) => reply_to),
  );
  const last = history.at(-1);
  return history.filter((message) => {
    if (message === last) return true;
    if (message.text.trim() === '' || refused.has(message.message_id)) return false;
    return message.status === 'completed' || message.status === 'stopped';
  });
}

function contextOf(model: string | null): number {
  if (model === null) return DEFAULT_CONTEXT_TOKENS;
  const named = providerOfModel(model).model;
  const known = MODELS.find((traits) => traits.model === model || traits.model === named);
  return known?.contextTokens ?? UNLISTED_TRAITS.contextTokens;
}

function instructions(systemPrompt: string | null, dropped: number): ChatMessage[] {
  const note = dropped === 0 ? null : `(${dropped} earlier messages of this conversation are left out here.)`;
  const texts = [systemPrompt, note].filter((text) => text !== null);
  return texts.length === 0 ? [] : [{ role: 'system', content: texts.join('\n\n') }];
}

function toChat({ role, text }: Message): ChatMessage {
  return { role: role === 'assistant' ? 'assistant' : 'user', content: text };
}

function tokensOf(text: string): number {
  return MESSAGE_TOKENS + estimateTokens(text);
}
