/** What was used. Narrow, and numbers where others have text: summaries read all of it. */
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const USAGE_TABLES = {
  usage: {
    columns: {
      run_id: 'text',
      task_id: 'text',
      generation: 'integer',
      attempt: 'integer',
      user_id: 'text',
      plan: 'text',
      executor: 'text',
      model: 'text',
      is_demo: 'boolean',
      outcome: 'text',
      ended_at: 'bigint',
      duration_ms: 'bigint',
      input_tokens: 'bigint',
      output_tokens: 'bigint',
      cost_nano_usd: 'bigint',
    },
    key: ['run_id', 'task_id', 'generation', 'attempt'],
    isKeyOnPostgresOnly: true,
    indexes: [['ended_at'], ['user_id', 'ended_at']],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function usageMigration(hasIndexes: boolean): Migration {
  return { up: (database) => createTables(database, USAGE_TABLES, hasIndexes) };
}
