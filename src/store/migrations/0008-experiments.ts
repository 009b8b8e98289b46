/**
 * A/B experiments: who was answered in which style, feedback on it, what clients used of their plan, and kept answers.
 * Texts that come from clients are JSON, so that they are never NULL (DuckDB) and may hold any character (PostgreSQL).
 * Prompts are not stored.
 */
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const EXPERIMENT_TABLES = {
  // Narrow: every prediction writes here. It only grows, so on DuckDB it has no key in memory; ids are random.
  interactions: {
    columns: {
      id: 'text',
      at_ms: 'bigint',
      session_id: 'text',
      ab_group: 'text',
      style: 'text',
      policy: 'text',
    },
    key: ['id'],
    indexes: [['at_ms']],
    isKeyOnPostgresOnly: true,
  },
  // What it says of its interaction stands in the row, so that summaries join nothing.
  feedback: {
    columns: {
      id: 'text',
      interaction_id: 'text',
      session_id: 'text',
      score: 'integer',
      notes: 'text',
      at_ms: 'bigint',
      ab_group: 'text',
      style: 'text',
      policy: 'text',
      interaction_at_ms: 'bigint',
    },
    key: ['id'],
    indexes: [['at_ms'], ['interaction_at_ms']],
    isKeyOnPostgresOnly: true,
  },
  // `kind`: fixed, thompson. Shipped policies have no row until somebody changes them.
  policies: {
    columns: { name: 'text', kind: 'text', weights: 'text', updated_at: 'text' },
    key: ['name'],
  },
  // One row: when the counts of the summary began anew.
  experiment_marks: { columns: { name: 'text', at_ms: 'bigint' }, key: ['name'] },
  quota_events: {
    columns: {
      id: 'text',
      at_ms: 'bigint',
      client: 'text',
      plan: 'text',
      outcome: 'text',
      used: 'integer',
      cap: 'integer',
    },
    key: ['id'],
    indexes: [['at_ms']],
    isKeyOnPostgresOnly: true,
  },
  // `fingerprint`: of the payload the answer belongs to.
  kept_answers: {
    columns: { key: 'text', fingerprint: 'text', answer: 'text', expires_ms: 'bigint' },
    key: ['key'],
    indexes: [['expires_ms']],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function experimentsMigration(hasIndexes: boolean): Migration {
  return { up: (database) => createTables(database, EXPERIMENT_TABLES, hasIndexes) };
}
