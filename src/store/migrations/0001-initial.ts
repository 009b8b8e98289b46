/**
 * The first schema. JSON and times are text on both databases, so that key order and microseconds come back exactly.
 * No foreign keys: DuckDB checks them eagerly. Indexes beside primary keys are for PostgreSQL only (DuckDB scans).
 * Few tables and columns: on DuckDB each column costs every transaction that inserts 0.04 ms, each table 0.5 ms.
 */
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export type ColumnType = 'text' | 'integer' | 'bigint' | 'double precision' | 'boolean';
export interface TableDefinition {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly key: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
  /** DuckDB keeps the whole index in memory: a table that only grows has none there, and its writer keeps rows single. */
  readonly isKeyOnPostgresOnly?: true;
}

export const INITIAL_TABLES = {
  tasks: {
    columns: {
      id: 'text',
      parent_id: 'text',
      task_tree_id: 'text',
      user_id: 'text',
      name: 'text',
      status: 'text',
      priority: 'integer',
      dependencies: 'text',
      inputs: 'text',
      params: 'text',
      result: 'text',
      error: 'text',
      schemas: 'text',
      progress: 'double precision',
      created_at: 'text',
      started_at: 'text',
      updated_at: 'text',
      completed_at: 'text',
      has_children: 'boolean',
      original_task_id: 'text',
      origin_type: 'text',
      has_references: 'boolean',
      schedule: 'text',
      token_usage: 'text',
      position: 'integer',
      policy: 'text',
      run_id: 'text',
      is_manual: 'boolean',
      wait: 'text',
      demo: 'text',
      tree_created_at: 'text',
      last_run_number: 'integer',
    },
    key: ['id'],
    indexes: [
      ['task_tree_id', 'position'],
      ['parent_id', 'position'],
      ['user_id', 'tree_created_at'],
      ['original_task_id'],
    ],
  },
  runs: {
    columns: {
      run_id: 'text',
      root_task_id: 'text',
      target_task_id: 'text',
      user_id: 'text',
      number: 'integer',
      status: 'text',
      task_count: 'integer',
      use_demo: 'boolean',
      error: 'text',
      workflow_id: 'text',
      accepted_at: 'text',
      completed_at: 'text',
      plan: 'text',
      options: 'text',
    },
    key: ['run_id'],
    indexes: [['root_task_id'], ['target_task_id'], ['user_id', 'run_id'], ['completed_at']],
  },
  run_tasks: {
    columns: {
      run_id: 'text',
      task_id: 'text',
      generation: 'integer',
      status: 'text',
      inputs: 'text',
      result: 'text',
      error: 'text',
      progress: 'double precision',
      started_at: 'text',
      completed_at: 'text',
      attempts: 'integer',
      wait: 'text',
      demo: 'text',
      token_usage: 'text',
      updated_at: 'text',
    },
    key: ['run_id', 'task_id'],
    indexes: [['task_id']],
  },
  task_events: {
    columns: { run_id: 'text', seq: 'integer', type: 'text', task_id: 'text', at: 'text', data: 'text' },
    key: ['run_id', 'seq'],
  },
  idempotency: {
    columns: {
      user_id: 'text',
      method: 'text',
      key: 'text',
      body_hash: 'text',
      answer: 'text',
      created_at: 'text',
    },
    key: ['user_id', 'method', 'key'],
  },
} as const satisfies Record<string, TableDefinition>;

/** `hasIndexes`: true on PostgreSQL. */
export function initialMigration(hasIndexes: boolean): Migration {
  return {
    async up(database: Kysely<unknown>): Promise<void> {
      await createTables(database, INITIAL_TABLES, hasIndexes);
      // One active run per root. DuckDB has no partial indexes: there the one process that has the file keeps watch.
      if (hasIndexes)
        await sql`CREATE UNIQUE INDEX runs_active_root ON runs (root_task_id) WHERE completed_at IS NULL`.execute(
          database,
        );
    },
  };
}

/** Tables with their keys, and indexes where the database has use for them. */
export async function createTables(
  database: Kysely<unknown>,
  tables: Readonly<Record<string, TableDefinition>>,
  hasIndexes: boolean,
): Promise<void> {
  for (const [name, definition] of Object.entries(tables)) {
    let table = database.schema.createTable(name);
    for (const [column, type] of Object.entries(definition.columns)) {
      table = table.addColumn(column, type, (it) => (definition.key.includes(column) ? it.notNull() : it));
    }
    const isKeyed = hasIndexes || definition.isKeyOnPostgresOnly !== true;
    if (isKeyed) table = table.addPrimaryKeyConstraint(`${name}_key`, [...definition.key] as never[]);
    await table.execute();
    if (!hasIndexes) continue;
    for (const columns of definition.indexes ?? []) {
      await database.schema
        .createIndex(`${name}_${columns.join('_')}`)
        .on(name)
        .columns([...columns])
        .execute();
    }
  }
}
