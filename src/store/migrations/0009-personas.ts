/** Personas, what was done with their files, and one row that counts: the next id, and every change. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const PERSONA_TABLES = {
  personas: {
    columns: {
      id: 'integer',
      // '' = everybody's.
      owner: 'text',
      name: 'text',
      occupation: 'text',
      location: 'text',
      tech_proficiency: 'text',
      behavioral_traits: 'text',
      search_text: 'text',
      created_at: 'text',
      updated_at: 'text',
      version: 'integer',
    },
    key: ['id'],
    indexes: [['owner']],
  },
  persona_state: {
    columns: { name: 'text', next_id: 'integer', revision: 'integer' },
    key: ['name'],
  },
  persona_backups: {
    columns: {
      id: 'text',
      made_at: 'text',
      kind: 'text',
      target: 'text',
      path: 'text',
      bytes: 'integer',
      sha256: 'text',
      persona_count: 'integer',
      by_user: 'text',
    },
    key: ['id'],
    indexes: [['made_at']],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function personasMigration(hasIndexes: boolean): Migration {
  return {
    async up(database: Kysely<unknown>): Promise<void> {
      await createTables(database, PERSONA_TABLES, hasIndexes);
      await sql`INSERT INTO persona_state (name, next_id, revision) VALUES ('personas', 1, 0)`.execute(
        database,
      );
    },
  };
}
