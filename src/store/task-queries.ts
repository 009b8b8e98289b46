/** Reads of tasks: views by id, and the ids that lists and counts choose. */
import { TASK_STATUSES, type TaskRecord, type TaskStatus } from '../core/task.ts';
import type { ScheduledTask, TaskFilter } from '../ports/store.ts';
import {
  type OwnTask,
  referenceOf,
  rowToOutcome,
  rowToOwnTask,
  rowToSchedule,
  type StoredOutcome,
  shortInputs,
  shortResult,
  viewOf,
} from './rows.ts';
import { columnsOf, type Row } from './schema.ts';
import type { Parameter, Session } from './session.ts';

const JOIN = 'tasks t LEFT JOIN run_tasks r ON r.run_id = t.run_id AND r.task_id = t.id';
const STATUS = `CASE WHEN t.run_id IS NULL THEN t.status ELSE coalesce(r.status, 'pending') END`;

/** A task in its two parts, as the cache keeps it. */
export interface LoadedTask {
  readonly own: OwnTask;
  readonly stored: StoredOutcome | null;
  /** A large result is there by reference only, or large inputs were left out. */
  readonly isShortened: boolean;
}

function columns(isShort: boolean): string {
  const part = (table: 'tasks' | 'run_tasks', alias: string, prefix: string) =>
    columnsOf(table)
      .map(([name]) => {
        if (isShort && name === 'result') return shortResult(`${alias}.result`, `${prefix}result`);
        if (isShort && name === 'inputs' && table === 'run_tasks')
          return shortInputs(`${alias}.inputs`, `${prefix}inputs`);
        return `${alias}.${name} AS ${prefix}${name}`;
      })
      .join(', ');
  return `${part('tasks', 't', '')}, ${part('run_tasks', 'r', 'r_')}`;
}
const FULL = columns(false);
const SHORT = columns(true);

/**
 * In the order of `ids`; unknown ids are absent. `isShort`: results above 64 KiB by reference, and the task's own inputs
 * where the injected ones are above 64 KiB.
 */
export async function loadTasks(
  session: Session,
  ids: readonly string[],
  isShort = false,
): Promise<LoadedTask[]> {
  if (ids.length === 0) return [];
  const where = ids.length === 1 ? 't.id = $1' : 't.id IN (SELECT unnest($1::text[]))';
  const rows = await session.query(`SELECT ${isShort ? SHORT : FULL} FROM ${JOIN} WHERE ${where}`, [
    ids.length === 1 ? (ids[0] as string) : ids,
  ]);
  const byId = new Map(rows.map((row) => [String(row['id']), loaded(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function loaded(row: Row): LoadedTask {
  const own = rowToOwnTask(row);
  const stored = row['r_run_id'] === null ? null : rowToOutcome(row, 'r_');
  const reference = (prefix: string, runId: string | null) =>
    typeof row[`${prefix}result_size`] === 'undefined' || row[`${prefix}result_size`] === null
      ? null
      : referenceOf(
          runId,
          own.id,
          Number(row[`${prefix}result_size`]),
          String(row[`${prefix}result_preview`]),
        );
  const ownResult = reference('', null);
  const runResult = stored === null ? null : reference('r_', own.run_id);
  return {
    own: ownResult === null ? own : { ...own, result: ownResult },
    stored:
      stored === null || runResult === null
        ? stored
        : { ...stored, outcome: { ...stored.outcome, result: runResult } },
    isShortened: ownResult !== null || runResult !== null || row['r_inputs_left_out'] === true,
  };
}

export async function loadViews(
  session: Session,
  ids: readonly string[],
  isShort = false,
): Promise<TaskRecord[]> {
  return (await loadTasks(session, ids, isShort)).map(({ own, stored }) => viewOf(own, stored));
}

async function idsOf(session: Session, sql: string, parameters: readonly Parameter[]): Promise<string[]> {
  return (await session.query(sql, parameters)).map((row) => String(row['id']));
}

export async function treeIds(session: Session, treeId: string): Promise<string[]> {
  return idsOf(session, 'SELECT id FROM tasks WHERE task_tree_id = $1 ORDER BY position, id', [treeId]);
}

export async function childIds(session: Session, parentId: string): Promise<string[]> {
  return idsOf(session, 'SELECT id FROM tasks WHERE parent_id = $1 ORDER BY position, id', [parentId]);
}

function conditions(filter: Partial<TaskFilter>): { where: string; parameters: Parameter[] } {
  const parts: string[] = [];
  const parameters: Parameter[] = [];
  if (filter.userId !== undefined) parts.push(`t.user_id = $${parameters.push(filter.userId)}`);
  // Not `parent_id IS NULL`: DuckDB would plan that anew each time (see duckdb-session.ts).
  if (filter.rootOnly === true) parts.push('t.task_tree_id = t.id');
  if (filter.status !== undefined) parts.push(`${STATUS} = $${parameters.push(filter.status)}`);
  return { where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, parameters };
}

const ORDER = 'ORDER BY t.tree_created_at DESC, t.task_tree_id DESC, t.position, t.id';

/** What decides the order of the newest tasks of a user, or of all. */
export async function newestPlaces(
  session: Session,
  userId: string | undefined,
  limit: number,
): Promise<Row[]> {
  const { where, parameters } = conditions(userId === undefined ? {} : { userId });
  return session.query(
    `SELECT t.id AS id, t.task_tree_id AS task_tree_id, t.tree_created_at AS tree_created_at, t.position AS position
     FROM tasks t ${where} ${ORDER} LIMIT $${parameters.push(limit)}`,
    parameters,
  );
}

/** The ids of a page: its big columns are read in a second step, for these tasks only. */
export async function listIds(session: Session, filter: TaskFilter): Promise<string[]> {
  const { where, parameters } = conditions(filter);
  const from = filter.status === undefined ? 'tasks t' : JOIN;
  const limit = parameters.push(Math.trunc(filter.limit));
  const offset = parameters.push(Math.trunc(filter.offset));
  return idsOf(
    session,
    `SELECT t.id AS id FROM ${from} ${where}
     ${ORDER} LIMIT $${limit} OFFSET $${offset}`,
    parameters,
  );
}

export async function countTasks(
  session: Session,
  filter: { userId?: string; rootOnly?: boolean },
): Promise<Record<TaskStatus, number>> {
  const { where, parameters } = conditions(filter);
  const rows = await session.query(
    `SELECT ${STATUS} AS status, CAST(count(*) AS integer) AS total FROM ${JOIN} ${where} GROUP BY 1`,
    parameters,
  );
  const totals = new Map(rows.map((row) => [row['status'], Number(row['total'])]));
  return Object.fromEntries(TASK_STATUSES.map((status) => [status, totals.get(status) ?? 0])) as Record<
    TaskStatus,
    number
  >;
}

/** Few of many tasks: `schedule` is null where there is none. */
export async function loadSchedules(session: Session, userId: string | undefined): Promise<ScheduledTask[]> {
  const owner = userId === undefined ? '' : 'AND user_id = $1';
  const rows = await session.query(
    `SELECT id, user_id, created_at, policy, schedule FROM tasks WHERE schedule > '' ${owner} ORDER BY id`,
    userId === undefined ? [] : [userId],
  );
  return rows.map(rowToSchedule);
}
