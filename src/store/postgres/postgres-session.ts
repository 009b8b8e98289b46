/** One PostgreSQL client as a session; many rows travel as one array a column. */
import type { ClientBase } from 'pg';
import { type Cell, columnsOf, keyOf, type Row, type TableName } from '../schema.ts';
import type { InsertMode, Parameter, Session } from '../session.ts';

const INSERT_ROWS = 2_000;

export class PostgresSession implements Session {
  readonly kind = 'postgres';
  readonly isCareful: boolean;
  readonly effects: (() => void)[] = [];
  readonly #client: ClientBase;

  constructor(client: ClientBase, isCareful: boolean) {
    this.#client = client;
    this.isCareful = isCareful;
  }

  async query<T extends Row = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<T[]> {
    return (await this.#client.query<T>(sql, parameters.map(clean))).rows;
  }

  async insert(table: TableName, rows: readonly Row[], mode: InsertMode = 'insert'): Promise<void> {
    const columns = columnsOf(table);
    const names = columns.map(([name]) => name);
    const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
    const key = keyOf(table);
    const sets = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
    const onConflict = {
      insert: '',
      upsert: ` ON CONFLICT (${key}) DO UPDATE SET ${sets.join(', ')}`,
      once: ` ON CONFLICT (${key}) DO NOTHING`,
    }[mode];
    const sql = `INSERT INTO ${table} (${names.join(', ')}) SELECT * FROM unnest(${arrays})${onConflict}`;
    for (let start = 0; start < rows.length; start += INSERT_ROWS) {
      const chunk = rows.slice(start, start + INSERT_ROWS);
      await this.query(sql, names.map((name) => chunk.map((row) => row[name] ?? null)) as Parameter[]);
    }
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }
}

/** PostgreSQL's text cannot hold NUL. */
function clean(value: Parameter): unknown {
  if (Array.isArray(value)) return value.map((item: Cell) => clean(item));
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '') : value;
}
