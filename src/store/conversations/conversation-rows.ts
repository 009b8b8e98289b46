/** Rows of conversations to records and back. Texts that may be large are never NULL: '' stands for none. */
import type { Conversation } from '../../core/conversation/conversation.ts';
import type { ConversationEvent } from '../../core/conversation/conversation-event.ts';
import type { Message } from '../../core/conversation/message.ts';
import type { Reply, ReplyOptions } from '../../core/conversation/reply.ts';
import type { JsonObject } from '../../core/json.ts';
import { fromJson } from '../rows.ts';
import type { Row } from '../schema.ts';

export function conversationEventId(conversationId: string, seq: number): string {
  return `${conversationId}:${seq}`;
}

/** As it is made: no message yet, no event. */
export function conversationToRow(conversation: Conversation): Row {
  return {
    conversation_id: conversation.conversation_id,
    user_id: conversation.user_id,
    ...fieldCells(conversation),
    message_count: 0,
    next_position: 1,
    last_seq: 0,
    version: conversation.version,
    created_at: conversation.created_at,
    updated_at: conversation.updated_at,
  };
}

/** The cells of what a client may set, of those that are given. */
export function fieldCells(fields: Partial<Conversation>): Row {
  const { title, system_prompt, model, metadata } = fields;
  return {
    ...(title === undefined ? {} : { title: title ?? '' }),
    ...(system_prompt === undefined ? {} : { system_prompt: system_prompt ?? '' }),
    ...(model === undefined ? {} : { model: model ?? '' }),
    ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
  };
}

export function rowToConversation(row: Row): Conversation {
  const conversationId = String(row['conversation_id']);
  return {
    conversation_id: conversationId,
    user_id: String(row['user_id']),
    title: textOf(row, 'title'),
    system_prompt: textOf(row, 'system_prompt'),
    model: textOf(row, 'model'),
    metadata: fromJson<JsonObject>(row['metadata']) ?? {},
    message_count: Number(row['message_count']),
    version: Number(row['version']),
    last_event_id: conversationEventId(conversationId, Number(row['last_seq'])),
    created_at: String(row['created_at']),
    updated_at: String(row['updated_at']),
  };
}

export interface NewMessage {
  readonly conversationId: string;
  readonly messageId: string;
  readonly position: number;
  readonly role: Message['role'];
  readonly at: string;
}

/** A message without a text; `cells` bring what it has. */
export function messageToRow(message: NewMessage, cells: Row): Row {
  return {
    message_id: message.messageId,
    conversation_id: message.conversationId,
    position: message.position,
    role: message.role,
    text: '',
    status: 'completed',
    version: 1,
    revision: 1,
    reply_to: '',
    reply_id: '',
    reply_count: 0,
    model: '',
    exit: '',
    usage: '',
    demo_reason: '',
    error: '',
    created_at: message.at,
    written_at: message.at,
    updated_at: message.at,
    ...cells,
  };
}

export function rowToMessage(row: Row): Message {
  const demoReason = textOf(row, 'demo_reason');
  return {
    message_id: String(row['message_id']),
    conversation_id: String(row['conversation_id']),
    position: Number(row['position']),
    role: row['role'] as Message['role'],
    text: String(row['text']),
    status: row['status'] as Message['status'],
    version: Number(row['version']),
    revision: Number(row['revision']),
    reply_to: textOf(row, 'reply_to'),
    model: textOf(row, 'model'),
    exit: fromJson<NonNullable<Message['exit']>>(row['exit']),
    usage: fromJson<JsonObject>(row['usage']),
    demo_mode: demoReason !== null,
    demo_reason: demoReason,
    error: textOf(row, 'error'),
    created_at: String(row['created_at']),
    updated_at: String(row['updated_at']),
  };
}

export function rowToReply(row: Row): Reply {
  return {
    replyId: String(row['reply_id']),
    conversationId: String(row['conversation_id']),
    messageId: String(row['message_id']),
    number: Number(row['number']),
    userId: String(row['user_id']),
    attempt: Number(row['attempt']),
    options: fromJson<JsonObject>(row['options']) as unknown as ReplyOptions,
    acceptedAt: String(row['accepted_at']),
  };
}

export function rowToConversationEvent(row: Row): ConversationEvent {
  return {
    conversationId: String(row['conversation_id']),
    seq: Number(row['seq']),
    type: row['type'] as ConversationEvent['type'],
    messageId: textOf(row, 'message_id'),
    at: String(row['at']),
  };
}

function textOf(row: Row, name: string): string | null {
  const cell = row[name];
  return typeof cell === 'string' && cell !== '' ? cell : null;
}
