/** Accepts runs, one or a whole group in one transaction: tasks, run, plan, carried rows, first events. */
import { AppError } from '../core/errors.ts';
import { workflowIdOf } from '../core/ids.ts';
import type { Run } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { TaskRecord } from '../core/task.ts';
import { isoMicros } from '../core/time.ts';
import type { AcceptResult, AcceptRun, IdempotencyRecord } from '../ports/store.ts';
import type { Effects } from './effects.ts';
import { eventToRow, largeCell, outcomeToRow, type StoredOutcome, taskToRow } from './rows.ts';
import type { Row } from './schema.ts';
import { secretToRow } from './secret-storage.ts';
import type { Session } from './session.ts';
import { newStudyToRow } from './study-rows.ts';
import { requireFreeTaskIds } from './task-keys.ts';
import { holdSlots, writeUses } from './use-storage.ts';

interface Accepted {
  readonly input: AcceptRun;
  readonly run: Run;
  readonly tasks: readonly TaskRecord[];
  readonly carried: readonly StoredOutcome[];
  readonly events: readonly RunEvent[];
}

/** Results in the order of `inputs`. Throws `not_found` for an unknown root and `conflict` for a taken task id. */
export async function acceptRuns(
  session: Session,
  effects: Effects,
  inputs: readonly AcceptRun[],
): Promise<AcceptResult[]> {
  const numbers = await lastRunNumbers(session, inputs);
  const active = await effects.activeRuns(
    session,
    inputs.map((input) => input.rootTaskId),
  );
  const accepted: Accepted[] = [];
  const results = inputs.map((input): AcceptResult => {
    const standing = active.get(input.rootTaskId);
    if (standing !== undefined) return { status: 'already_running', run: standing };
    const made = prepare(input, (numbers.get(input.rootTaskId) ?? 0) + 1);
    active.set(input.rootTaskId, made.run);
    accepted.push(made);
    return { status: 'accepted', run: made.run };
  });
  if (accepted.length > 0) await writeAccepted(session, accepted);
  session.afterCommit(() => {
    for (const { input, run, tasks, carried, events } of accepted) {
      effects.tasksCreated(tasks);
      const ids = input.plan.tasks.map((task) => task.id);
      effects.runAccepted(run, ids, carried, events.length);
      effects.eventsStored(events);
    }
  });
  return results;
}

async function lastRunNumbers(session: Session, inputs: readonly AcceptRun[]): Promise<Map<string, number>> {
  const isNew = (input: AcceptRun) => input.newTasks?.some((task) => task.id === input.rootTaskId) === true;
  const roots = [...new Set(inputs.filter((input) => !isNew(input)).map((input) => input.rootTaskId))].sort();
  if (roots.length === 0) return new Map();
  const lock = session.kind === 'postgres' ? 'ORDER BY id FOR UPDATE' : '';
  const rows = await session.query(
    `SELECT id, last_run_number FROM tasks WHERE id IN (SELECT unnest($1::text[])) ${lock}`,
    [roots],
  );
  const numbers = new Map(rows.map((row) => [String(row['id']), Number(row['last_run_number'])]));
  const missing = roots.find((root) => !numbers.has(root));
  if (missing !== undefined) throw new AppError('not_found', `Task ${missing} not found`);
  return numbers;
}

function prepare(input: AcceptRun, number: number): Accepted {
  const now = isoMicros(Date.now());
  const run: Run = {
    run_id: input.runId,
    root_task_id: input.rootTaskId,
    target_task_id: input.targetTaskId,
    user_id: input.userId,
    number,
    status: 'in_progress',
    task_count: input.plan.tasks.length,
    use_demo: input.useDemo,
    demo_tasks: null,
    error: null,
    workflow_id: workflowIdOf(input.userId, input.rootTaskId, number),
    accepted_at: now,
    completed_at: null,
  };
  const planned = new Set(input.plan.tasks.map((task) => task.id));
  const tasks = withChildren(input.newTasks ?? []).map((task) =>
    planned.has(task.id) ? { ...task, run_id: input.runId } : task,
  );
  return {
    input,
    run,
    tasks,
    carried: input.carried.map((outcome) => ({ outcome, updatedAt: now })),
    events: input.events.map((event, index) => ({ ...event, runId: input.runId, seq: index + 1 })),
  };
}

async function writeAccepted(session: Session, accepted: readonly Accepted[]): Promise<void> {
  await insertTasks(
    session,
    accepted.flatMap(({ tasks }) => tasks),
    new Map(accepted.map(({ run }) => [run.root_task_id, run.number])),
  );
  await attachTasks(session, accepted);
  await session.insert(
    'runs',
    accepted.map(({ run, input }) => ({
      ...run,
      error: largeCell(run.error),
      plan: JSON.stringify(input.plan),
      options: JSON.stringify(input.options),
    })),
  );
  await session.insert(
    'run_tasks',
    accepted.flatMap(({ run, carried }) => carried.map((stored) => outcomeToRow(run.run_id, stored))),
  );
  await session.insert(
    'secrets',
    accepted.flatMap(({ input }) => input.secrets?.map(secretToRow) ?? []),
  );
  await session.insert(
    'task_events',
    accepted.flatMap(({ events }) => events.map(eventToRow)),
  );
  await writeUses(
    session,
    accepted.flatMap(({ input }) => input.uses ?? []),
  );
  await holdSlots(
    session,
    accepted.flatMap(({ input }) => (input.slot === undefined ? [] : [input.runId])),
  );
  await session.insert(
    'studies',
    accepted.flatMap(({ run, input }) =>
      input.study === undefined ? [] : [newStudyToRow(input.study, run.accepted_at)],
    ),
  );
  await insertIdempotency(
    session,
    accepted.flatMap(({ input }) => input.idempotency ?? []),
  );
}

/** Tasks that were there before now show this run. */
async function attachTasks(session: Session, accepted: readonly Accepted[]): Promise<void> {
  const ids: string[] = [];
  const runIds: string[] = [];
  const old = accepted.filter(({ tasks, run }) => !tasks.some((task) => task.id === run.root_task_id));
  for (const { input, tasks } of accepted) {
    const created = new Set(tasks.map((task) => task.id));
    for (const { id } of input.plan.tasks) {
      if (created.has(id)) continue;
      ids.push(id);
      runIds.push(input.runId);
    }
  }
  if (ids.length > 0) {
    await session.query(
      `UPDATE tasks SET run_id = v.run_id, is_manual = false
       FROM (SELECT unnest($1::text[]) AS id, unnest($2::text[]) AS run_id) v WHERE tasks.id = v.id`,
      [ids, runIds],
    );
  }
  if (old.length > 0) {
    await session.query(
      `UPDATE tasks SET last_run_number = last_run_number + 1 WHERE id IN (SELECT unnest($1::text[]))`,
      [old.map(({ run }) => run.root_task_id)],
    );
  }
}

/** `has_children` within one batch. */
export function withChildren(tasks: readonly TaskRecord[]): TaskRecord[] {
  const parents = new Set(tasks.map((task) => task.parent_id));
  return tasks.map((task) => {
    const hasChildren = parents.has(task.id);
    return task.has_children === hasChildren ? task : { ...task, has_children: hasChildren };
  });
}

/** Inserts records as they are. `runNumbers` by root id. */
export async function insertTasks(
  session: Session,
  tasks: readonly TaskRecord[],
  runNumbers: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  if (tasks.length === 0) return;
  await requireFreeTaskIds(session, tasks);
  const created = new Map(tasks.map((task) => [task.id, task.created_at]));
  const rows = tasks.map(
    (task): Row =>
      taskToRow(task, {
        tree_created_at: created.get(task.task_tree_id ?? task.id) ?? task.created_at,
        last_run_number: runNumbers.get(task.id) ?? 0,
      }),
  );
  await session.insert('tasks', rows);
}

/** Throws `idempotency_conflict` when a fresh record stands: the caller reads it and answers as the first did. */
export async function insertIdempotency(
  session: Session,
  records: readonly IdempotencyRecord[],
): Promise<void> {
  const oldest = isoMicros(Date.now() - 86_400_000);
  for (const { userId, method, key } of records) {
    const place = 'user_id = $1 AND method = $2 AND key = $3';
    // DuckDB checks keys eagerly: a row deleted in this transaction still counts, so it is replaced below instead.
    if (session.kind === 'postgres') {
      await session.query(`DELETE FROM idempotency WHERE ${place} AND created_at < $4`, [
        userId,
        method,
        key,
        oldest,
      ]);
    }
    const standing = await session.query(`SELECT key FROM idempotency WHERE ${place} AND created_at >= $4`, [
      userId,
      method,
      key,
      oldest,
    ]);
    if (standing.length > 0)
      throw new AppError('idempotency_conflict', 'A request with this Idempotency-Key was just accepted');
  }
  const mode = session.kind === 'postgres' ? 'insert' : 'upsert';
  await session.insert('idempotency', records.map(idempotencyRow), mode);
}

function idempotencyRow(record: IdempotencyRecord): Row {
  return {
    user_id: record.userId,
    method: record.method,
    key: record.key,
    body_hash: record.bodyHash,
    answer: JSON.stringify(record.answer),
    created_at: isoMicros(Date.now()),
  };
}
