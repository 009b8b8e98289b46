/** The verbs on API keys, written once for both databases. */
import type { ApiKeyRecord, KeyStore } from '../ports/user-store.ts';
import { fromJson } from './rows.ts';
import type { Row } from './schema.ts';
import type { Database, Session } from './session.ts';

export function createKeyStorage(database: Database): KeyStore {
  const findBy = (column: 'key_hash' | 'key_id', value: string) =>
    database.read((session) => find(session, column, value));
  return {
    create: (key) =>
      database.write(async (session) => {
        await session.insert('api_keys', [toRow(key)]);
      }),
    findByHash: (keyHash) => findBy('key_hash', keyHash),
    get: (keyId) => findBy('key_id', keyId),
    list: (userId) =>
      database.read(async (session) => {
        const rows = await session.query(
          `SELECT * FROM api_keys ${userId === undefined ? '' : 'WHERE user_id = $1'}
           ORDER BY created_at DESC, key_id`,
          userId === undefined ? [] : [userId],
        );
        return rows.map(toKey);
      }),
    revoke: (keyId, at) =>
      database.write(async (session) => {
        await session.query('UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE key_id = $1', [
          keyId,
          at,
        ]);
        return find(session, 'key_id', keyId);
      }),
  };
}

async function find(
  session: Session,
  column: 'key_hash' | 'key_id',
  value: string,
): Promise<ApiKeyRecord | null> {
  const [row] = await session.query(`SELECT * FROM api_keys WHERE ${column} = $1`, [value]);
  return row === undefined ? null : toKey(row);
}

function toRow(key: ApiKeyRecord): Row {
  return {
    key_id: key.keyId,
    key_hash: key.keyHash,
    hint: key.hint,
    user_id: key.userId,
    name: key.name,
    roles: JSON.stringify(key.roles),
    plan: key.plan,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
  };
}

function toKey(row: Row): ApiKeyRecord {
  return {
    keyId: String(row['key_id']),
    keyHash: String(row['key_hash']),
    hint: String(row['hint']),
    userId: String(row['user_id']),
    name: String(row['name']),
    roles: fromJson<string[]>(row['roles']) ?? [],
    plan: String(row['plan']),
    createdAt: String(row['created_at']),
    expiresAt: row['expires_at'] as string | null,
    revokedAt: row['revoked_at'] as string | null,
  };
}
