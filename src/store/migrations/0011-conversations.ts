/** Conversations, messages with their earlier texts, replies under way, and events that name messages. */
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const CONVERSATION_TABLES = {
  conversations: {
    columns: {
      conversation_id: 'text',
      user_id: 'text',
      title: 'text',
      system_prompt: 'text',
      model: 'text',
      metadata: 'text',
      message_count: 'integer',
      next_position: 'integer',
      last_seq: 'integer',
      version: 'integer',
      created_at: 'text',
      updated_at: 'text',
    },
    key: ['conversation_id'],
    indexes: [['user_id', 'conversation_id']],
  },
  messages: {
    columns: {
      message_id: 'text',
      conversation_id: 'text',
      position: 'integer',
      role: 'text',
      text: 'text',
      status: 'text',
      version: 'integer',
      revision: 'integer',
      reply_to: 'text',
      reply_id: 'text',
      reply_count: 'integer',
      model: 'text',
      exit: 'text',
      usage: 'text',
      demo_reason: 'text',
      error: 'text',
      created_at: 'text',
      written_at: 'text',
      updated_at: 'text',
    },
    key: ['message_id'],
    indexes: [['conversation_id', 'position']],
  },
  message_revisions: {
    columns: {
      message_id: 'text',
      revision: 'integer',
      conversation_id: 'text',
      text: 'text',
      status: 'text',
      model: 'text',
      exit: 'text',
      created_at: 'text',
    },
    key: ['message_id', 'revision'],
    indexes: [['conversation_id']],
  },
  conversation_replies: {
    columns: {
      reply_id: 'text',
      conversation_id: 'text',
      message_id: 'text',
      number: 'integer',
      user_id: 'text',
      attempt: 'integer',
      options: 'text',
      accepted_at: 'text',
    },
    key: ['reply_id'],
    indexes: [['conversation_id']],
  },
  conversation_events: {
    columns: {
      conversation_id: 'text',
      seq: 'integer',
      type: 'text',
      message_id: 'text',
      at: 'text',
    },
    key: ['conversation_id', 'seq'],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function conversationsMigration(hasIndexes: boolean): Migration {
  return { up: (database) => createTables(database, CONVERSATION_TABLES, hasIndexes) };
}
