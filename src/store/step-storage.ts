/** Steps of tasks: written with the commits of their run, read by whoever takes a task over and by those who watch. */
import type { JsonObject, JsonValue } from '../core/json.ts';
import { comparePaths, type TaskStep } from '../core/task-step.ts';
import type { RunCommit, RunStore } from '../ports/store.ts';
import { fromJson, largeCell, shortResult, toJson } from './rows.ts';
import type { Row } from './schema.ts';
import type { Database, Session } from './session.ts';

export function createStepReads(database: Database): Pick<RunStore, 'steps'> {
  return {
    steps: (runId, taskIds, { isBrief = false } = {}) =>
      database.read(async (session) => {
        const result = isBrief ? shortResult('result', 'result') : 'result';
        const rows = await session.query(
          `SELECT run_id, task_id, generation, path, status, detail, ${result} FROM task_steps
           WHERE run_id = $1 AND task_id IN (SELECT unnest($2::text[]))`,
          [runId, taskIds],
        );
        return rows.map(rowToStep).sort((left, right) => comparePaths(left.path, right.path));
      }),
  };
}

/** A completed step never changes: whoever comes later has done it twice, and the first result stands. */
export async function writeSteps(session: Session, commits: readonly RunCommit[]): Promise<void> {
  const rows = commits.flatMap(({ runId, steps }) => (steps ?? []).map((step) => stepToRow(runId, step)));
  if (rows.length === 0) return;
  const standing = await session.query(
    `SELECT run_id, task_id, generation, path FROM task_steps
     WHERE status = 'completed' AND run_id IN (SELECT unnest($1::text[])) AND task_id IN (SELECT unnest($2::text[]))`,
    [rows.map((row) => String(row['run_id'])), rows.map((row) => String(row['task_id']))],
  );
  const completed = new Set(standing.map(keyOf));
  // The last one of a key: a statement may not touch a row twice.
  const changed = new Map(rows.map((row) => [keyOf(row), row]));
  await session.insert(
    'task_steps',
    [...changed].filter(([key]) => !completed.has(key)).map(([, row]) => row),
    'upsert',
  );
}

function keyOf(row: Row): string {
  return JSON.stringify([row['run_id'], row['task_id'], Number(row['generation']), row['path']]);
}

function stepToRow(runId: string, step: TaskStep): Row {
  const { taskId, generation, path, status, result, ...detail } = step;
  return {
    run_id: runId,
    task_id: taskId,
    generation,
    path,
    status,
    detail: JSON.stringify(detail),
    result: largeCell(toJson(result)),
  };
}

export function rowToStep(row: Row): TaskStep {
  const size = row['result_size'];
  const taskId = String(row['task_id']);
  const isShortened = size !== null && size !== undefined;
  return {
    taskId,
    generation: Number(row['generation']),
    path: String(row['path']),
    status: row['status'] as TaskStep['status'],
    result: isShortened
      ? shortened(Number(size), String(row['result_preview']))
      : fromJson<JsonValue>(row['result']),
    ...(fromJson<JsonObject>(row['detail']) as unknown as Omit<
      TaskStep,
      'taskId' | 'generation' | 'path' | 'status' | 'result'
    >),
  };
}

function shortened(size: number, preview: string): JsonValue {
  return { size, preview };
}
