/** The verbs on counted uses, written once for both databases; what only a shared one needs is in postgres/. */
import { AppError } from '../core/errors.ts';
import type { Meter } from '../core/quota/meters.ts';
import { isoMicros } from '../core/time.ts';
import type { QuotaOverride, SharedUses, Slot, Use, UseCount, UseStore } from '../ports/use-store.ts';
import type { RunEndings } from './run-endings.ts';
import type { Row } from './schema.ts';
import type { Database, Parameter, Session } from './session.ts';

export function createUseStorage(
  database: Database,
  endings: RunEndings,
  shared: SharedUses | null = null,
): UseStore {
  return {
    shared,
    lastDay: () =>
      database.read(async (session) => {
        const [row] = await session.query('SELECT max(day) AS day FROM meter_uses');
        return (row?.['day'] as string | null | undefined) ?? null;
      }),
    counts: (day, subjects) => database.read((session) => countUses(session, day, subjects)),
    slots: () =>
      database.read(async (session) => {
        const runs = await session.query(
          `SELECT r.run_id, r.status, u.subject FROM runs r
           JOIN meter_uses u ON u.key = r.run_id AND u.meter = 'task_trees' WHERE r.completed_at IS NULL`,
        );
        const tasks = await session.query(
          `SELECT run_id, task_id, wait IS NOT NULL AS is_waiting FROM run_tasks
           WHERE status = 'in_progress' AND run_id IN (SELECT unnest($1::text[]))`,
          [runs.map((row) => String(row['run_id']))],
        );
        return runs.map((row) => slotOf(row, tasks));
      }),
    record: (uses) => database.write((session) => writeUses(session, uses)),
    refund: (key, meters) => database.write((session) => refundUses(session, [key], meters)),
    overrides: () =>
      database.read(async (session) => {
        const rows = await session.query('SELECT * FROM quota_overrides ORDER BY set_at');
        const newest = new Map(rows.map((row) => [`${row['user_id']} ${row['meter']}`, row]));
        return [...newest.values()].map(toOverride);
      }),
    addOverride: ({ userId, meter, limit, setBy, setAt }) =>
      database.write((session) =>
        session.insert(
          'quota_overrides',
          [{ user_id: userId, meter, most: limit, set_by: setBy, set_at: setAt }],
          'upsert',
        ),
      ),
    purge: (beforeDay) =>
      database.write(async (session) => {
        await session.query('DELETE FROM meter_uses WHERE day < $1', [beforeDay]);
        if (session.kind === 'postgres')
          await session.query('DELETE FROM meter_counters WHERE day < $1', [beforeDay]);
      }),
    onRunEnded: (listener) => endings.listen(listener),
  };
}

/**
 * On DuckDB, where one process has granted them, the rows are written here. On PostgreSQL they stand as reserved:
 * here they become used. Throws `unavailable` when the reservation was taken back meanwhile, so that nothing starts
 * that is not counted.
 */
export async function writeUses(session: Session, uses: readonly Use[]): Promise<void> {
  if (uses.length === 0) return;
  if (session.kind === 'duckdb') {
    const at = isoMicros(Date.now());
    await session.insert(
      'meter_uses',
      uses.map((use) => ({ ...use, state: 'used', at })),
    );
    return;
  }
  const rows = await session.query(
    `UPDATE meter_uses SET state = 'used' WHERE key IN (SELECT unnest($1::text[])) AND state = 'reserved'
     RETURNING key`,
    [[...new Set(uses.map((use) => use.key))]],
  );
  if (rows.length < uses.length) throw tooLate();
}

/** The same for what a repeated transaction may have confirmed already. */
export async function confirmUses(session: Session, uses: readonly Use[]): Promise<void> {
  if (uses.length === 0) return;
  if (session.kind === 'duckdb') return writeUses(session, uses);
  const rows = await session.query(
    `UPDATE meter_uses SET state = 'used' WHERE key IN (SELECT unnest($1::text[])) AND state <> 'refunded'
     RETURNING key`,
    [[...new Set(uses.map((use) => use.key))]],
  );
  if (rows.length < uses.length) throw tooLate();
}

/** The slots of runs that are stored now. PostgreSQL only. */
export async function holdSlots(session: Session, runIds: readonly string[]): Promise<void> {
  if (session.kind === 'duckdb' || runIds.length === 0) return;
  const rows = await session.query(
    `UPDATE run_slots SET state = 'held' WHERE run_id IN (SELECT unnest($1::text[])) RETURNING run_id`,
    [runIds],
  );
  if (rows.length < runIds.length) throw tooLate();
}

function tooLate(): AppError {
  return new AppError(
    'unavailable',
    'The place reserved for this was given up because storing it took too long; try again',
    {
      retryAfterSeconds: 1,
    },
  );
}

/** Returns what counted until now. */
export async function refundUses(
  session: Session,
  keys: readonly string[],
  meters?: readonly Meter[],
): Promise<Use[]> {
  const rows = await session.query(
    `UPDATE meter_uses SET state = $2 WHERE key IN (SELECT unnest($1::text[])) AND state <> $2
     ${meters === undefined ? '' : 'AND meter IN (SELECT unnest($3::text[]))'} RETURNING key, subject, meter, day`,
    meters === undefined ? [keys, 'refunded'] : [keys, 'refunded', meters],
  );
  const uses = rows.map(toUse);
  if (session.kind === 'postgres') await uncount(session, uses);
  return uses;
}

/** In the order in which batches are counted, so that two of them never wait for each other. */
export async function uncount(session: Session, uses: readonly Use[]): Promise<void> {
  if (uses.length === 0) return;
  await session.query(
    `WITH gone AS (
       SELECT u.subject, u.meter, u.day, count(*) AS times
       FROM unnest($1::text[], $2::text[], $3::text[]) AS u(subject, meter, day) GROUP BY 1, 2, 3
     ), locked AS (
       SELECT c.subject, c.meter, c.day, g.times FROM meter_counters c
       JOIN gone g ON g.subject = c.subject AND g.meter = c.meter AND g.day = c.day
       ORDER BY c.subject, c.meter, c.day FOR UPDATE OF c
     )
     UPDATE meter_counters c SET used = c.used - l.times FROM locked l
     WHERE c.subject = l.subject AND c.meter = l.meter AND c.day = l.day`,
    [uses.map((use) => use.subject), uses.map((use) => use.meter), uses.map((use) => use.day)],
  );
}

async function countUses(session: Session, day: string, subjects?: readonly string[]): Promise<UseCount[]> {
  const parameters: Parameter[] = subjects === undefined ? [day] : [day, subjects];
  const some = subjects === undefined ? '' : 'AND subject IN (SELECT unnest($2::text[]))';
  const rows = await session.query(
    session.kind === 'postgres'
      ? `SELECT subject, meter, used FROM meter_counters WHERE day = $1 ${some}`
      : `SELECT subject, meter, CAST(count(*) AS integer) AS used FROM meter_uses
         WHERE day = $1 AND state <> 'refunded' ${some} GROUP BY subject, meter`,
    parameters,
  );
  return rows.map((row) => ({
    subject: String(row['subject']),
    meter: row['meter'] as Meter,
    used: Number(row['used']),
  }));
}

function slotOf(run: Row, tasks: readonly Row[]): Slot {
  const own = tasks.filter((task) => task['run_id'] === run['run_id']);
  const ids = (isWaiting: boolean) =>
    own.filter((task) => (task['is_waiting'] === true) === isWaiting).map((task) => String(task['task_id']));
  return {
    runId: String(run['run_id']),
    subject: String(run['subject']),
    isPaused: run['status'] === 'paused',
    running: ids(false),
    waiting: ids(true),
  };
}

export function toUse(row: Row): Use {
  return {
    key: String(row['key']),
    subject: String(row['subject']),
    meter: row['meter'] as Meter,
    day: String(row['day']),
  };
}

function toOverride(row: Row): QuotaOverride {
  return {
    userId: String(row['user_id']),
    meter: row['meter'] as Meter,
    limit: row['most'] === null ? null : Number(row['most']),
    setBy: String(row['set_by']),
    setAt: String(row['set_at']),
  };
}
