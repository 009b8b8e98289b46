/** Studies, what was said in them, and their reports. What nobody searches by is one column. */
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const STUDY_TABLES = {
  studies: {
    columns: {
      study_id: 'text',
      user_id: 'text',
      // accepted, completed or blocked: what a run that fails leaves is in its tasks.
      status: 'text',
      feature: 'text',
      detail: 'text',
      created_at: 'text',
      // '' = not yet.
      completed_at: 'text',
    },
    key: ['study_id'],
    indexes: [['user_id', 'created_at'], ['created_at']],
  },
  study_turns: {
    columns: {
      study_id: 'text',
      turn: 'integer',
      round: 'integer',
      persona_id: 'integer',
      name: 'text',
      said: 'text',
      // 0 or 1.
      is_demo: 'integer',
      is_redacted: 'integer',
    },
    key: ['study_id', 'turn'],
  },
  study_reports: {
    columns: { study_id: 'text', report: 'text' },
    key: ['study_id'],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function studiesMigration(hasIndexes: boolean): Migration {
  return { up: (database) => createTables(database, STUDY_TABLES, hasIndexes) };
}
