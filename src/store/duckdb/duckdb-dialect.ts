/** Kysely's dialect for DuckDB over one connection: PostgreSQL's SQL, one process, so no migration lock. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  DialectAdapterBase,
  type Driver,
  type Kysely,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { Parameter, Session } from '../session.ts';
import { DuckdbIntrospector } from './duckdb-introspector.ts';

class DuckdbAdapter extends DialectAdapterBase {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
  override get supportsReturning(): boolean {
    return true;
  }
  // The file is locked by this process already.
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class DuckdbConnection implements DatabaseConnection {
  readonly #session: Session;
  constructor(session: Session) {
    this.#session = session;
  }
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const rows = await this.#session.query(query.sql, query.parameters as readonly Parameter[]);
    return { rows: rows as unknown as R[] };
  }
  // biome-ignore lint/correctness/useYield: migrations never stream
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streaming is not supported');
  }
}

class DuckdbDriver implements Driver {
  readonly #connection: DuckdbConnection;
  constructor(session: Session) {
    this.#connection = new DuckdbConnection(session);
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('BEGIN'));
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('COMMIT'));
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('ROLLBACK'));
  }
  async releaseConnection(): Promise<void> {}
  // The session's owner closes it.
  async destroy(): Promise<void> {}
}

export class DuckdbDialect implements Dialect {
  readonly #session: Session;
  constructor(session: Session) {
    this.#session = session;
  }
  createAdapter(): DuckdbAdapter {
    return new DuckdbAdapter();
  }
  createDriver(): Driver {
    return new DuckdbDriver(this.#session);
  }
  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler();
  }
  createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return new DuckdbIntrospector(database);
  }
}
