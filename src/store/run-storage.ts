/** The reading verbs on runs, events and idempotency records, written once for both databases. */
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import { isoMicros } from '../core/time.ts';
import type { EventStore, IdempotencyRecord, IdempotencyStore, RunStore } from '../ports/store.ts';
import { insertIdempotency } from './accept-runs.ts';
import { fromJson, RUN_COLUMNS, rowToEvent, rowToOutcome, rowToRun } from './rows.ts';
import type { Database, Parameter, Session } from './session.ts';

const DAY_MS = 86_400_000;

export function createRunReads(
  database: Database,
): Omit<RunStore, 'accept' | 'commit' | 'renumber' | 'steps'> {
  const read = database.read.bind(database);
  return {
    get: (runId) =>
      read(async (session) => {
        const [row] = await session.query(`SELECT ${RUN_COLUMNS} FROM runs WHERE run_id = $1`, [runId]);
        return row === undefined ? null : rowToRun(row);
      }),
    list: ({ userId, taskId, status, limit, offset }) =>
      read(async (session) => {
        const parameters: Parameter[] = [];
        const parts = ['1 = 1'];
        if (userId !== undefined) parts.push(`user_id = $${parameters.push(userId)}`);
        if (status !== undefined) parts.push(`status = $${parameters.push(status)}`);
        if (taskId !== undefined) {
          const place = parameters.push(taskId);
          parts.push(`(root_task_id = $${place} OR target_task_id = $${place})`);
        }
        const rows = await session.query(
          `SELECT ${RUN_COLUMNS} FROM runs WHERE ${parts.join(' AND ')} ORDER BY accepted_at DESC, run_id DESC
           LIMIT ${Math.trunc(limit)} OFFSET ${Math.trunc(offset)}`,
          parameters,
        );
        return rows.map(rowToRun);
      }),
    active: ({ userId, rootTaskIds, limit }) =>
      read(async (session) => {
        const parameters: Parameter[] = [];
        const parts = ['completed_at IS NULL'];
        if (userId !== undefined) parts.push(`user_id = $${parameters.push(userId)}`);
        if (rootTaskIds !== undefined)
          parts.push(`root_task_id IN (SELECT unnest($${parameters.push(rootTaskIds)}::text[]))`);
        const rows = await session.query(
          `SELECT ${RUN_COLUMNS} FROM runs WHERE ${parts.join(' AND ')}
           ORDER BY accepted_at, run_id LIMIT ${Math.trunc(limit)}`,
          parameters,
        );
        return rows.map(rowToRun);
      }),
    countActive: (userId) =>
      read(async (session) => {
        const [row] = await session.query(
          `SELECT CAST(count(*) AS integer) AS total FROM runs WHERE completed_at IS NULL ${userId === undefined ? '' : 'AND user_id = $1'}`,
          userId === undefined ? [] : [userId],
        );
        return Number(row?.['total'] ?? 0);
      }),
    context: (runId) =>
      read(async (session) => {
        const [row] = await session.query('SELECT * FROM runs WHERE run_id = $1', [runId]);
        if (row === undefined) return null;
        const plan = fromJson<Plan>(row['plan']) as Plan;
        return { run: rowToRun(row), plan, options: fromJson<JsonObject>(row['options']) ?? {} };
      }),
    outcomes: (runId, taskIds) =>
      read(async (session) => {
        const rows = await session.query(
          `SELECT * FROM run_tasks WHERE run_id = $1
           ${taskIds === undefined ? '' : 'AND task_id IN (SELECT unnest($2::text[]))'}`,
          taskIds === undefined ? [runId] : [runId, taskIds],
        );
        return rows.map((row) => rowToOutcome(row).outcome);
      }),
    result: (runId, taskId) =>
      read(async (session) => {
        const rows = await session.query('SELECT result FROM run_tasks WHERE run_id = $1 AND task_id = $2', [
          runId,
          taskId,
        ]);
        return fromJson<JsonValue>(rows[0]?.['result']);
      }),
  };
}

/** Stored events of a run in order. */
export function readEvents(database: Database): EventStore['read'] {
  return (runId, afterSeq, limit) =>
    database.read(async (session) => {
      const rows = await session.query(
        `SELECT * FROM task_events WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT ${Math.trunc(limit)}`,
        [runId, afterSeq],
      );
      return rows.map(rowToEvent);
    });
}

export function createIdempotencyStorage(database: Database): IdempotencyStore {
  return {
    find: (userId, method, key) => database.read((session) => find(session, userId, method, key)),
    put: (record) =>
      database.write(async (session) => {
        const standing = await find(session, record.userId, record.method, record.key);
        if (standing !== null) return standing;
        await insertIdempotency(session, [record]);
        return record;
      }),
  };
}

/** Records older than a day answer nothing any more. */
export async function purgeIdempotency(database: Database): Promise<void> {
  const oldest = isoMicros(Date.now() - DAY_MS);
  await database.write((session) => session.query('DELETE FROM idempotency WHERE created_at < $1', [oldest]));
}

async function find(
  session: Session,
  userId: string,
  method: string,
  key: string,
): Promise<IdempotencyRecord | null> {
  const [row] = await session.query(
    'SELECT * FROM idempotency WHERE user_id = $1 AND method = $2 AND key = $3 AND created_at >= $4',
    [userId, method, key, isoMicros(Date.now() - DAY_MS)],
  );
  if (row === undefined) return null;
  const answer = fromJson<JsonObject>(row['answer']) ?? {};
  return { userId, method, key, bodyHash: String(row['body_hash']), answer };
}
