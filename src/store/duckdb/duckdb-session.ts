/** One DuckDB connection as a session: prepared statements are kept, plain inserts go through the appender. */
import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
} from '@duckdb/node-api';
import { columnsOf, keyOf, type Row, type TableName } from '../schema.ts';
import type { InsertMode, Parameter, Session } from '../session.ts';

const UPSERT_ROWS = 1_000;

export class DuckdbSession implements Session {
  readonly kind = 'duckdb';
  isCareful = false;
  #effects: (() => void)[] = [];
  readonly #statements = new Map<string, DuckDBPreparedStatement>();
  readonly connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  async query<T extends Row = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<T[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = await this.connection.prepare(sql);
      if (!canKeepPlan(sql)) return runOnce(statement, parameters) as Promise<T[]>;
      if (this.#statements.size > 200) this.#forgetStatements();
      this.#statements.set(sql, statement);
    }
    return execute(statement, parameters) as Promise<T[]>;
  }

  async insert(table: TableName, rows: readonly Row[], mode: InsertMode = 'insert'): Promise<void> {
    if (rows.length === 0) return;
    if (mode !== 'upsert') return this.#append(table, rows);
    for (let start = 0; start < rows.length; start += UPSERT_ROWS)
      await this.#upsert(table, rows.slice(start, start + UPSERT_ROWS));
  }

  afterCommit(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** The effects of the transaction that ends now. */
  takeEffects(): (() => void)[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  close(): void {
    this.#forgetStatements();
    this.connection.closeSync();
  }

  async #append(table: TableName, rows: readonly Row[]): Promise<void> {
    const columns = columnsOf(table);
    const appender = await this.connection.createAppender(table);
    try {
      for (const row of rows) {
        for (const [name, type] of columns) {
          const value = row[name];
          if (value === null || value === undefined) appender.appendNull();
          else if (type === 'text') appender.appendVarchar(String(value));
          else if (type === 'boolean') appender.appendBoolean(Boolean(value));
          else if (type === 'integer') appender.appendInteger(Number(value));
          else if (type === 'bigint') appender.appendBigInt(BigInt(Number(value)));
          else appender.appendDouble(Number(value));
        }
        appender.endRow();
      }
      appender.flushSync();
    } catch (error) {
      appender.clear();
      throw error;
    } finally {
      appender.closeSync();
    }
  }

  async #upsert(table: TableName, rows: readonly Row[]): Promise<void> {
    const columns = columnsOf(table);
    const lists = columns.map(([name]) => rows.map((row) => (row[name] ?? null) as string));
    const source = columns.map(([name, type], index) => `unnest($${index + 1}::${type}[]) AS ${name}`);
    const key = keyOf(table);
    const sets = columns
      .filter(([name]) => !key.includes(name))
      .map(([name]) => `${name} = excluded.${name}`);
    await this.query(
      `INSERT INTO ${table} SELECT ${source.join(', ')} ON CONFLICT (${key.join(', ')})
       DO UPDATE SET ${sets.join(', ')}`,
      lists,
    );
  }

  #forgetStatements(): void {
    for (const statement of this.#statements.values()) statement.destroySync();
    this.#statements.clear();
  }
}

/**
 * DuckDB folds a filter on a literal by the table's statistics when it plans: made on an empty table, such a plan
 * answers "nothing" for ever, updates included. Filters on parameters are not folded, so those plans may be kept.
 */
function canKeepPlan(sql: string): boolean {
  return !/'|(?<![$\w])\d|\bIS (NOT )?NULL\b|\b(TRUE|FALSE)\b/i.test(sql);
}

async function runOnce(statement: DuckDBPreparedStatement, parameters: readonly Parameter[]): Promise<Row[]> {
  try {
    return await execute(statement, parameters);
  } finally {
    statement.destroySync();
  }
}

async function execute(statement: DuckDBPreparedStatement, parameters: readonly Parameter[]): Promise<Row[]> {
  parameters.forEach((value, index) => {
    bind(statement, index + 1, value);
  });
  return (await statement.runAndReadAll()).getRowObjectsJS() as unknown as Row[];
}

function bind(statement: DuckDBPreparedStatement, index: number, value: Parameter): void {
  if (value === null) statement.bindNull(index);
  else if (typeof value === 'string') statement.bindVarchar(index, value);
  else if (typeof value === 'boolean') statement.bindBoolean(index, value);
  else if (typeof value === 'number') {
    if (isInt32(value)) statement.bindInteger(index, value);
    else if (Number.isInteger(value)) statement.bindBigInt(index, BigInt(value));
    else statement.bindDouble(index, value);
  } else {
    statement.bindList(index, ...listOf(value));
  }
}

/** The narrowest type that holds all of them: which column they are for, nobody says here. */
function listOf(
  items: readonly (string | number | null)[],
): Parameters<DuckDBPreparedStatement['bindList']> extends [unknown, ...infer Rest] ? Rest : never {
  const isNumeric = typeof items.find((item) => item !== null) === 'number';
  if (!isNumeric) return [listValue([...items]), LIST(VARCHAR)];
  const numbers = items as readonly (number | null)[];
  if (numbers.every((item) => item === null || isInt32(item))) return [listValue([...items]), LIST(INTEGER)];
  if (numbers.every((item) => item === null || Number.isInteger(item)))
    return [listValue(numbers.map((item) => (item === null ? null : BigInt(item)))), LIST(BIGINT)];
  return [listValue([...items]), LIST(DOUBLE)];
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647;
}
