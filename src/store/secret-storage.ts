/** The verbs on sealed secrets, written once for both databases. */
import type { SecretRow, SecretStore } from '../ports/secret-store.ts';
import type { Row } from './schema.ts';
import type { Database, Session } from './session.ts';

export function createSecretStorage(database: Database): SecretStore {
  return {
    put: (secret) => database.write((session) => session.insert('secrets', [secretToRow(secret)], 'upsert')),
    list: (owner) =>
      database.read(async (session) => {
        const rows = await session.query('SELECT * FROM secrets WHERE owner = $1 ORDER BY name', [owner]);
        return rows.map(rowToSecret);
      }),
    delete: (owner, name) =>
      database.write(async (session) => {
        const rows = await session.query(
          `DELETE FROM secrets WHERE owner = $1 ${name === undefined ? '' : 'AND name = $2'} RETURNING name`,
          name === undefined ? [owner] : [owner, name],
        );
        return rows.length;
      }),
    purge: (now) =>
      database.write(async (session) => {
        await session.query('DELETE FROM secrets WHERE expires_at < $1', [now]);
      }),
  };
}

/** In the transaction of the run's end: its keys are of no use any more. */
export async function deleteRunSecrets(session: Session, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return;
  const owners = runIds.map(runOwner);
  await session.query('DELETE FROM secrets WHERE owner IN (SELECT unnest($1::text[]))', [owners]);
}

export function runOwner(runId: string): string {
  return `run:${runId}`;
}

export function secretToRow({ owner, name, sealed, expiresAt }: SecretRow): Row {
  return { owner, name, sealed, expires_at: expiresAt };
}

function rowToSecret(row: Row): SecretRow {
  return {
    owner: String(row['owner']),
    name: String(row['name']),
    sealed: String(row['sealed']),
    expiresAt: row['expires_at'] as string | null,
  };
}
