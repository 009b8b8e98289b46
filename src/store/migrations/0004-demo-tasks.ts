/** How many results of an ended run are canned. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { TableDefinition } from './0001-initial.ts';

/** Columns added at the end of `runs`. */
export const DEMO_TASKS_COLUMNS = { demo_tasks: 'integer' } as const satisfies TableDefinition['columns'];

export function demoTasksMigration(): Migration {
  return {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema.alterTable('runs').addColumn('demo_tasks', 'integer').execute();
    },
  };
}
