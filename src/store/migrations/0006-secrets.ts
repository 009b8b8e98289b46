/** Secrets that must be read again: LLM keys of users, and of runs while they last. Sealed; never in clear. */
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const SECRET_TABLES = {
  secrets: {
    columns: { owner: 'text', name: 'text', sealed: 'text', expires_at: 'text' },
    key: ['owner', 'name'],
    indexes: [['expires_at']],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function secretsMigration(hasIndexes: boolean): Migration {
  return { up: (database) => createTables(database, SECRET_TABLES, hasIndexes) };
}
