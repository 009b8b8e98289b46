/** Ownership of conversations and messages: what is not yours does not exist. */
import type { Conversation } from '../../core/conversation/conversation.ts';
import type { Message } from '../../core/conversation/message.ts';
import { AppError } from '../../core/errors.ts';
import type { Call } from '../method.ts';
import { canSee } from '../methods/own.ts';

type Caller = Pick<Call, 'deps' | 'identity'>;

export async function requireOwnConversation(call: Caller, conversationId: string): Promise<Conversation> {
  const conversation = await call.deps.store.conversations.get(conversationId);
  if (conversation === null || !canSee(call.identity, conversation.user_id))
    throw noConversation(conversationId);
  return conversation;
}

export async function requireOwnMessage(
  call: Caller,
  conversationId: string,
  messageId: string,
): Promise<{ conversation: Conversation; message: Message }> {
  const conversation = await requireOwnConversation(call, conversationId);
  const message = await call.deps.store.conversations.message(conversationId, messageId);
  if (message === null) throw noMessage(messageId);
  return { conversation, message };
}

export function noConversation(conversationId: string): AppError {
  return new AppError('not_found', `Conversation ${conversationId} not found`);
}

export function noMessage(messageId: string): AppError {
  return new AppError('not_found', `Message ${messageId} not found`);
}

/** `If-Match` as a version; null = any. */
export function versionOf(call: Call): number | null {
  if (call.ifMatch === null) return null;
  if (/^\d{1,9}$/.test(call.ifMatch)) return Number(call.ifMatch);
  throw new AppError('precondition_failed', 'If-Match must be the version as the ETag gave it, like "3"');
}
