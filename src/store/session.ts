/**
 * What the store's verbs need of a database: the few SQL forms that both dialects share. A session belongs to one
 * transaction; effects (cache, counters, event delivery) happen only once it has committed.
 */
import type { Cell, Row, TableName } from './schema.ts';

export type Parameter = Cell | readonly string[] | readonly (number | null)[];

/** `upsert` replaces rows of the same key; `once` leaves those that stand, where the database has the table's key. */
export type InsertMode = 'insert' | 'upsert' | 'once';

export interface Session {
  readonly kind: 'duckdb' | 'postgres';
  /** true: check keys before inserting, to say which one is taken. Set when an optimistic attempt has failed. */
  readonly isCareful: boolean;
  /** Parameters are $1, $2 …; a list parameter is used as `unnest($1::text[])`. */
  query<T extends Row = Row>(sql: string, parameters?: readonly Parameter[]): Promise<T[]>;
  /** Many rows in few statements. */
  insert(table: TableName, rows: readonly Row[], mode?: InsertMode): Promise<void>;
  /** Runs after the commit, in order, before the caller's promise resolves. Must not throw. */
  afterCommit(effect: () => void): void;
}

export interface Database {
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** One transaction. `work` may be called again after a conflict, so it changes nothing outside the session. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T>;
}
