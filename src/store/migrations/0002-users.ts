/** Users and API keys. Keys are stored as hashes only. */
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const USER_TABLES = {
  users: {
    columns: {
      user_id: 'text',
      username: 'text',
      source: 'text',
      is_guest: 'boolean',
      user_agent: 'text',
      created_at: 'text',
      last_active_at: 'text',
    },
    key: ['user_id'],
    indexes: [['last_active_at'], ['created_at']],
  },
  api_keys: {
    columns: {
      key_id: 'text',
      key_hash: 'text',
      hint: 'text',
      user_id: 'text',
      name: 'text',
      roles: 'text',
      plan: 'text',
      created_at: 'text',
      expires_at: 'text',
      revoked_at: 'text',
    },
    key: ['key_id'],
    indexes: [['key_hash'], ['user_id']],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function usersMigration(hasIndexes: boolean): Migration {
  return { up: (database) => createTables(database, USER_TABLES, hasIndexes) };
}
