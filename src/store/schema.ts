/** The schema as it stands after all migrations: what rows and bulk inserts are typed by. */
import { type ColumnType, INITIAL_TABLES, type TableDefinition } from './migrations/0001-initial.ts';
import { USER_TABLES } from './migrations/0002-users.ts';
import { QUOTA_TABLES } from './migrations/0003-quota.ts';
import { DEMO_TASKS_COLUMNS } from './migrations/0004-demo-tasks.ts';
import { USAGE_TABLES } from './migrations/0005-usage.ts';
import { SECRET_TABLES } from './migrations/0006-secrets.ts';
import { STEP_TABLES } from './migrations/0007-task-steps.ts';
import { EXPERIMENT_TABLES } from './migrations/0008-experiments.ts';
import { PERSONA_TABLES } from './migrations/0009-personas.ts';
import { STUDY_TABLES } from './migrations/0010-studies.ts';
import { CONVERSATION_TABLES } from './migrations/0011-conversations.ts';

const { runs } = INITIAL_TABLES;
export const TABLES = {
  ...INITIAL_TABLES,
  ...USER_TABLES,
  ...QUOTA_TABLES,
  ...USAGE_TABLES,
  ...SECRET_TABLES,
  ...STEP_TABLES,
  ...EXPERIMENT_TABLES,
  ...PERSONA_TABLES,
  ...STUDY_TABLES,
  ...CONVERSATION_TABLES,
  runs: { ...runs, columns: { ...runs.columns, ...DEMO_TASKS_COLUMNS } },
};
export type TableName = keyof typeof TABLES;
export type Cell = string | number | boolean | null;
/** One row by column name; absent columns are null. */
export type Row = Readonly<Record<string, Cell>>;

export function columnsOf(table: TableName): [name: string, type: ColumnType][] {
  return Object.entries((TABLES[table] as TableDefinition).columns);
}

export function keyOf(table: TableName): readonly string[] {
  return TABLES[table].key;
}
