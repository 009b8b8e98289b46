/** Transactions over a pool: conflicts are retried, a lost connection is `unavailable` after short retries. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database, Session } from '../session.ts';
import { databaseError, isConflict, isConnectionLost, isKeyConflict } from './postgres-errors.ts';
import { PostgresSession } from './postgres-session.ts';

const ATTEMPTS = 4;

export class PostgresDatabase implements Database {
  readonly pool: pg.Pool;

  constructor(url: string, onError: (error: Error) => void) {
    this.pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5_000 });
    // An idle client lost its server: the pool makes a new one at the next use.
    this.pool.on('error', onError);
  }

  read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#withRetries(true, () =>
      this.#withClient((client) => work(new PostgresSession(client, false))),
    );
  }

  write<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#write(false, work);
  }

  /** For work that changes nothing when it is repeated, so that a lost connection may be tried again. */
  writeIdempotent<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#write(true, work);
  }

  /** One statement, tried once: for what must not happen twice. Throws `unavailable` when the answer is lost. */
  async once<T extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<T>> {
    try {
      return await this.#withClient((client) => client.query<T>(query));
    } catch (error) {
      throw databaseError(error);
    }
  }

  #write<T>(isIdempotent: boolean, work: (session: Session) => Promise<T>): Promise<T> {
    let isCareful = false;
    return this.#withRetries(isIdempotent, () =>
      this.#withClient(async (client) => {
        const session = new PostgresSession(client, isCareful);
        await client.query('BEGIN');
        try {
          const result = await work(session);
          await client.query('COMMIT');
          for (const effect of session.effects) effect();
          return result;
        } catch (error) {
          isCareful ||= isKeyConflict(error);
          // On a lost connection this fails too; the first error counts.
          await client.query('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    const onError = (error: Error) => {
      failure = error;
    };
    client.on('error', onError);
    try {
      return await work(client);
    } catch (error) {
      if (isConnectionLost(error)) failure = error as Error;
      throw error;
    } finally {
      client.off('error', onError);
      client.release(failure);
    }
  }

  async #withRetries<T>(isIdempotent: boolean, run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        const mayRepeat =
          isConflict(error) || isKeyConflict(error) || (isIdempotent && isConnectionLost(error));
        if (!mayRepeat || attempt === ATTEMPTS) throw databaseError(error);
        await sleep(50 * 2 ** attempt);
      }
    }
  }
}
