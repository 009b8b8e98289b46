/** The open file: connections that write, read and report, and the way back after a fatal error. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Kysely } from 'kysely';
import { migrate } from '../migrate.ts';
import type { Session } from '../session.ts';
import { DuckdbDialect } from './duckdb-dialect.ts';
import { isInvalidated, openError, startError, statementError } from './duckdb-errors.ts';
import { DuckdbSession } from './duckdb-session.ts';

export interface DuckdbOptions {
  readonly path: string;
  readonly memoryLimitMb: number;
  readonly threads: number;
}

export class DuckdbDatabase {
  readonly #options: DuckdbOptions;
  #instance: DuckDBInstance | null = null;
  #writer: DuckdbSession | null = null;
  #reader: DuckdbSession | null = null;
  #reporter: DuckdbSession | null = null;
  #isClosed = false;
  #reads: Promise<unknown> = Promise.resolve();
  #reports: Promise<unknown> = Promise.resolve();

  constructor(options: DuckdbOptions) {
    this.#options = options;
  }

  /** Throws `unavailable` (in use, full disk) or `store_corrupt`. */
  async open(): Promise<void> {
    const { path, memoryLimitMb, threads } = this.#options;
    await mkdir(dirname(path), { recursive: true });
    try {
      // A small threshold keeps the write-ahead log, and so the next start, short.
      this.#instance = await DuckDBInstance.create(path, {
        memory_limit: `${memoryLimitMb}MB`,
        threads: String(threads),
        checkpoint_threshold: '16MB',
        // It packs sorted and grouped texts by the lengths known when a plan is made; kept plans then read garbage.
        disabled_optimizers: 'compressed_materialization',
      });
      this.#writer = new DuckdbSession(await this.#instance.connect());
      this.#reader = new DuckdbSession(await this.#instance.connect());
      this.#reporter = new DuckdbSession(await this.#instance.connect());
    } catch (error) {
      this.#release();
      throw openError(error, path);
    }
    try {
      await migrate(new Kysely<unknown>({ dialect: new DuckdbDialect(this.#writer) }), 'duckdb');
    } catch (error) {
      this.#release();
      throw startError(error, path);
    }
  }

  get writer(): DuckdbSession {
    if (this.#writer === null) throw statementError(new Error('FATAL Error: closed'));
    return this.#writer;
  }

  /** One after the other: a prepared statement must not be bound again while it runs. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.#reads.then(() => use(this.#reader, work));
    this.#reads = result.catch(() => undefined);
    return result;
  }

  /** For what reads much: it has its own turn and its own connection, so that short reads need not wait for it. */
  report<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.#reports.then(() => use(this.#reporter, work));
    this.#reports = result.catch(() => undefined);
    return result;
  }

  /** Resolves when nothing reads any more. */
  async drained(): Promise<void> {
    await Promise.all([this.#reads, this.#reports]);
  }

  /** A file that could not be opened again (full disk) is tried at every write. */
  async ensureOpen(): Promise<void> {
    if (this.#writer === null && !this.#isClosed) await this.open();
  }

  /** Opens the file again when the error left the database unusable. */
  async recover(error: unknown): Promise<void> {
    if (!isInvalidated(error) && this.#writer !== null) return;
    await this.drained();
    this.#release();
    await this.open();
  }

  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  #release(): void {
    this.#writer?.close();
    this.#reader?.close();
    this.#reporter?.close();
    this.#instance?.closeSync();
    this.#writer = this.#reader = this.#reporter = this.#instance = null;
  }
}

async function use<T>(session: Session | null, work: (session: Session) => Promise<T>): Promise<T> {
  try {
    if (session === null) throw new Error('FATAL Error: closed');
    return await work(session);
  } catch (error) {
    throw statementError(error);
  }
}
