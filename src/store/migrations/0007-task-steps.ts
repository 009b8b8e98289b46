/** Steps of tasks that work in steps. What nobody searches by is one column. */
import type { Migration } from 'kysely/migration';
import { createTables, type TableDefinition } from './0001-initial.ts';

export const STEP_TABLES = {
  task_steps: {
    columns: {
      run_id: 'text',
      task_id: 'text',
      generation: 'integer',
      path: 'text',
      status: 'text',
      detail: 'text',
      result: 'text',
    },
    key: ['run_id', 'task_id', 'generation', 'path'],
    indexes: [['task_id']],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function stepsMigration(hasIndexes: boolean): Migration {
  return { up: (database) => createTables(database, STEP_TABLES, hasIndexes) };
}
