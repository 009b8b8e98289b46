/** The verbs on tasks, written once for both databases. */
import { AppError } from '../core/errors.ts';
import type { TaskRecord } from '../core/task.ts';
import { isTerminal } from '../core/task.ts';
import { isoMicros } from '../core/time.ts';
import type { TaskPatch, TaskStore } from '../ports/store.ts';
import { insertIdempotency, insertTasks, withChildren } from './accept-runs.ts';
import type { Effects } from './effects.ts';
import { largeCell, type OwnTask, SCHEDULE_FIELDS, scheduleCell, taskCell, viewOf } from './rows.ts';
import type { Database, Parameter, Session } from './session.ts';
import { childIds, countTasks, loadSchedules, loadTasks, loadViews, treeIds } from './task-queries.ts';

const OWN_STATE = ['status', 'result', 'error', 'progress', 'started_at', 'completed_at'] as const;

export function createTaskStorage(database: Database, effects: Effects): TaskStore {
  return {
    create: (tasks, idempotency) =>
      database.write(async (session) => {
        const records = withChildren(tasks);
        await insertTasks(session, records);
        if (idempotency !== undefined) await insertIdempotency(session, [idempotency]);
        session.afterCommit(() => effects.tasksCreated(records));
      }),
    get: (taskId) => database.read(async (session) => (await loadViews(session, [taskId]))[0] ?? null),
    getMany: (taskIds) => database.read((session) => loadViews(session, taskIds)),
    tree: (treeId) =>
      database.read(async (session) => effects.views(session, await treeIds(session, treeId))),
    children: (parentId) =>
      database.read(async (session) => effects.views(session, await childIds(session, parentId))),
    list: (filter) =>
      database.read(async (session) => effects.views(session, await effects.listIds(session, filter))),
    count: (filter) => database.read((session) => countTasks(session, filter)),
    update: (taskId, patch) => database.write((session) => updateTask(session, effects, taskId, patch)),
    delete: (taskIds) => database.write((session) => deleteTasks(session, effects, taskIds)),
    markReferenced: (taskIds) =>
      database.write((session) => setOnAll(session, effects, taskIds, 'has_references = true')),
    archive: (taskIds) =>
      database.write((session) => setOnAll(session, effects, taskIds, "origin_type = 'archive'")),
    scheduled: (userId) => database.read((session) => loadSchedules(session, userId)),
    linkedTo: (taskIds) =>
      database.read(async (session) => {
        const rows = await session.query(
          `SELECT DISTINCT original_task_id AS id FROM tasks
           WHERE origin_type = 'link' AND original_task_id IN (SELECT unnest($1::text[]))`,
          [taskIds],
        );
        return rows.map((row) => String(row['id']));
      }),
  };
}

async function updateTask(
  session: Session,
  effects: Effects,
  taskId: string,
  patch: TaskPatch,
): Promise<TaskRecord | null> {
  // Schedule fields share a column: of two who change it at once, the second must see what the first wrote.
  if (session.kind === 'postgres')
    await session.query('SELECT id FROM tasks WHERE id = $1 FOR UPDATE', [taskId]);
  const [loaded] = await loadTasks(session, [taskId]);
  if (loaded === undefined) return null;
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const now = isoMicros(Date.now());
  const { own, stored } = loaded;
  const changes: Record<string, unknown> = { ...given, updated_at: now };
  if (OWN_STATE.some((name) => name in given)) {
    await requireIdle(session, own.run_id);
    Object.assign(changes, ownState(viewOf(own, stored), given, now));
  } else if ('inputs' in given && own.run_id !== null) {
    await session.query('UPDATE run_tasks SET inputs = $3 WHERE run_id = $1 AND task_id = $2', [
      own.run_id,
      taskId,
      largeCell(null),
    ]);
  }
  const cells = cellsOf(changes, own);
  const names = Object.keys(cells);
  await session.query(
    `UPDATE tasks SET ${names.map((name, index) => `${name} = $${index + 1}`).join(', ')}
     WHERE id = $${names.length + 1}`,
    [...Object.values(cells), taskId],
  );
  session.afterCommit(() => effects.tasksChanged([taskId]));
  return (await loadViews(session, [taskId]))[0] ?? null;
}

/** Changed fields as columns. */
function cellsOf(changes: Record<string, unknown>, own: OwnTask): Record<string, Parameter> {
  const fields = Object.entries(changes).filter(([name]) => !isScheduleField(name));
  const cells: Record<string, Parameter> = Object.fromEntries(
    fields.map(([name, value]) => [name, taskCell(name, value)]),
  );
  if (fields.length < Object.keys(changes).length) cells['schedule'] = scheduleCell({ ...own, ...changes });
  return cells;
}

function isScheduleField(name: string): boolean {
  return (SCHEDULE_FIELDS as readonly string[]).includes(name);
}

/** From now on the task speaks for itself: what its latest run showed becomes its own. */
function ownState(view: TaskRecord, given: Record<string, unknown>, now: string): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const name of [...OWN_STATE, 'token_usage', 'demo'] as const)
    state[name] = name in given ? given[name] : view[name];
  const status = state['status'] as TaskRecord['status'];
  const becomesTerminal = isTerminal(status) && given['status'] !== undefined;
  if (becomesTerminal && (state['completed_at'] ?? null) === null) state['completed_at'] = now;
  return { ...state, wait: null, run_id: null, is_manual: true };
}

async function requireIdle(session: Session, runId: string | null): Promise<void> {
  if (runId === null) return;
  const active = await session.query('SELECT run_id FROM runs WHERE run_id = $1 AND completed_at IS NULL', [
    runId,
  ]);
  if (active.length > 0)
    throw new AppError('conflict', 'The task is part of a run that is still active; cancel the run first');
}

async function deleteTasks(session: Session, effects: Effects, taskIds: readonly string[]): Promise<number> {
  if (taskIds.length === 0) return 0;
  const gone = await session.query(
    'SELECT id, parent_id, user_id FROM tasks WHERE id IN (SELECT unnest($1::text[]))',
    [taskIds],
  );
  if (gone.length === 0) return 0;
  const ids = gone.map((row) => String(row['id']));
  // Only runs of a deleted root: a run of a deleted subtree may hold the results of tasks that stay.
  const runs = await session.query(
    'SELECT run_id FROM runs WHERE root_task_id IN (SELECT unnest($1::text[]))',
    [ids],
  );
  const runIds = runs.map((row) => String(row['run_id']));
  await session.query('DELETE FROM tasks WHERE id IN (SELECT unnest($1::text[]))', [ids]);
  for (const table of ['run_tasks', 'task_steps'])
    await session.query(`DELETE FROM ${table} WHERE task_id IN (SELECT unnest($1::text[]))`, [ids]);
  for (const table of runIds.length > 0 ? ['runs', 'run_tasks', 'task_events', 'task_steps'] : [])
    await session.query(`DELETE FROM ${table} WHERE run_id IN (SELECT unnest($1::text[]))`, [runIds]);
  const deleted = new Set(ids);
  const parents = [...new Set(gone.map((row) => row['parent_id']))].filter(
    (id): id is string => typeof id === 'string' && !deleted.has(id),
  );
  if (parents.length > 0) {
    await session.query(
      `UPDATE tasks SET has_children = id IN (SELECT parent_id FROM tasks WHERE parent_id IS NOT NULL)
       WHERE id IN (SELECT unnest($1::text[]))`,
      [parents],
    );
  }
  session.afterCommit(() => {
    effects.tasksChanged([...ids, ...parents]);
    effects.tasksDeleted(
      gone.map((row) => ({ id: String(row['id']), userId: String(row['user_id'] ?? '') })),
    );
    effects.runsDeleted(runIds);
  });
  return ids.length;
}

async function setOnAll(
  session: Session,
  effects: Effects,
  taskIds: readonly string[],
  assignment: string,
): Promise<void> {
  if (taskIds.length === 0) return;
  await session.query(
    `UPDATE tasks SET ${assignment}, updated_at = $2 WHERE id IN (SELECT unnest($1::text[]))`,
    [taskIds, isoMicros(Date.now())],
  );
  session.afterCommit(() => effects.tasksChanged(taskIds));
}
