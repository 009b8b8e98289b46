/** Params and results of conversations and messages as a caller types them. */
import type { Conversation } from '../core/conversation/conversation.ts';
import type { Message, MessageRevision } from '../core/conversation/message.ts';
import type { JsonObject } from '../core/json.ts';

type ConversationFields = {
  title?: string | null;
  system_prompt?: string | null;
  model?: string | null;
  metadata?: JsonObject | null;
};
type ConversationId = { conversation_id: string };
type MessageId = ConversationId & { message_id: string };
type Paged = { limit?: number; cursor?: string };
type ReplyWish = { model?: string; use_demo?: boolean };
/** The message, and the assistant's that will answer it: pending. */
export type MessageExchange = { message: Message; reply: Message | null };

export interface ConversationMethods {
  'conversations.create': { params: ConversationFields; result: Conversation };
  'conversations.list': {
    params: Paged & { user_id?: string };
    result: { conversations: Conversation[]; next_cursor: string | null };
  };
  'conversations.get': { params: ConversationId; result: Conversation };
  'conversations.replace': { params: ConversationId & ConversationFields; result: Conversation };
  'conversations.update': { params: ConversationId & ConversationFields; result: Conversation };
  'conversations.delete': { params: ConversationId; result: { deleted: true; conversation_id: string } };
  'conversations.stop': { params: ConversationId; result: { conversation_id: string; stopped: Message[] } };
  'messages.create': {
    params: ConversationId & ReplyWish & { text: string; role?: 'user'; reply?: boolean };
    result: MessageExchange;
  };
  'messages.list': {
    params: ConversationId & Paged & { order?: 'asc' | 'desc' };
    result: { messages: Message[]; next_cursor: string | null };
  };
  'messages.get': { params: MessageId; result: Message };
  'messages.update': {
    params: MessageId & ReplyWish & { text: string; regenerate?: boolean };
    result: MessageExchange;
  };
  'messages.delete': { params: MessageId; result: { deleted: true; message_id: string } };
  'messages.revisions': {
    params: MessageId & Paged;
    result: { revisions: MessageRevision[]; next_cursor: string | null };
  };
  'messages.regenerate': { params: MessageId & ReplyWish; result: MessageExchange };
}
