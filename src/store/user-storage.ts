/** The verbs on users, written once for both databases. */
import type { UserActivityRow, UserRecord, UserStore } from '../ports/user-store.ts';
import type { Row } from './schema.ts';
import type { Database, Parameter, Session } from './session.ts';

export function createUserStorage(database: Database): UserStore {
  return {
    record: (users) =>
      database.write(async (session) => {
        for (const user of users) await recordUser(session, user);
      }),
    touch: (activity) =>
      database.write(async (session) => {
        for (const row of activity) await touchUser(session, row);
      }),
    get: (userId) =>
      database.read(async (session) => {
        const [row] = await session.query('SELECT * FROM users WHERE user_id = $1', [userId]);
        return row === undefined ? null : toUser(row);
      }),
    list: ({ status, since, limit }) =>
      database.read(async (session) => {
        const parameters: Parameter[] = status === undefined ? [] : [since];
        const where =
          status === undefined ? '' : `WHERE last_active_at ${status === 'active' ? '>=' : '<'} $1`;
        const rows = await session.query(
          `SELECT * FROM users ${where} ORDER BY last_active_at DESC, user_id LIMIT ${Math.trunc(limit)}`,
          parameters,
        );
        return rows.map(toUser);
      }),
    stats: (since) =>
      database.read(async (session) => {
        // Any time sorts behind the empty text.
        const [row] = await session.query(
          `SELECT CAST(count(*) AS integer) AS total,
             CAST(count(CASE WHEN last_active_at >= $1 THEN user_id END) AS integer) AS active,
             CAST(count(CASE WHEN created_at >= $1 THEN user_id END) AS integer) AS created
           FROM users`,
          [since ?? ''],
        );
        return {
          total: Number(row?.['total'] ?? 0),
          active: Number(row?.['active'] ?? 0),
          created: Number(row?.['created'] ?? 0),
        };
      }),
    idleGuests: (before, limit) =>
      database.read(async (session) => {
        const rows = await session.query(
          `SELECT user_id FROM users WHERE is_guest AND last_active_at < $1
             AND user_id NOT IN (SELECT user_id FROM runs WHERE completed_at IS NULL)
           ORDER BY last_active_at LIMIT ${Math.trunc(limit)}`,
          [before],
        );
        return rows.map((row) => String(row['user_id']));
      }),
    remove: (userIds) =>
      database.write(async (session) => {
        await session.query('DELETE FROM users WHERE user_id IN (SELECT unnest($1::text[]))', [userIds]);
      }),
  };
}

/** Two steps instead of ON CONFLICT: the same user twice in one group commit is no error then. */
async function recordUser(session: Session, user: UserRecord): Promise<void> {
  await session.query(
    `INSERT INTO users (user_id, username, source, is_guest, user_agent, created_at, last_active_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id) DO NOTHING`,
    [
      user.userId,
      user.username,
      user.source,
      user.isGuest,
      user.userAgent,
      user.createdAt,
      user.lastActiveAt,
    ],
  );
  await touchUser(session, user);
}

async function touchUser(session: Session, row: UserActivityRow): Promise<void> {
  await session.query(
    `UPDATE users SET last_active_at = $2, user_agent = COALESCE($3, user_agent)
     WHERE user_id = $1 AND last_active_at < $2`,
    [row.userId, row.lastActiveAt, row.userAgent],
  );
}

function toUser(row: Row): UserRecord {
  return {
    userId: String(row['user_id']),
    username: String(row['username']),
    source: String(row['source']),
    isGuest: row['is_guest'] === true,
    userAgent: row['user_agent'] as string | null,
    createdAt: String(row['created_at']),
    lastActiveAt: String(row['last_active_at']),
  };
}
