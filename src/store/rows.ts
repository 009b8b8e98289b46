/** Rows to records and back. JSON columns are text; a task's view is its own row overlaid with its run's row. */
import type { JsonObject, JsonValue } from '../core/json.ts';
import { NO_RUN, REFERENCE_BYTES } from '../core/result-reference.ts';
import type { Run, TaskOutcome } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import { NEVER_SET, type TaskRecord } from '../core/task.ts';
import type { ScheduledTask } from '../ports/store.ts';
import { type Cell, columnsOf, type Row } from './schema.ts';

const TASK_JSON = new Set([
  'dependencies',
  'inputs',
  'params',
  'result',
  'schemas',
  'token_usage',
  'policy',
  'wait',
  'demo',
]); // prettier-ignore
const OUTCOME_FIELDS = {
  taskId: 'task_id',
  generation: 'generation',
  status: 'status',
  inputs: 'inputs',
  result: 'result',
  error: 'error',
  progress: 'progress',
  startedAt: 'started_at',
  completedAt: 'completed_at',
  attempts: 'attempts',
  wait: 'wait',
  demo: 'demo',
  tokenUsage: 'token_usage',
} as const satisfies Record<keyof TaskOutcome, string>;
const OUTCOME_JSON = new Set<string>(['inputs', 'result', 'wait', 'demo', 'tokenUsage']);
const TASK_COLUMNS = columnsOf('tasks').map(([name]) => name);
/** Columns that are no field of a task by themselves. */
const NO_FIELDS = new Set(['tree_created_at', 'last_run_number', 'schedule']);

/** An outcome with the time its row was written. */
export interface StoredOutcome {
  readonly outcome: TaskOutcome;
  readonly updatedAt: string;
}

/** A task's schedule fields are one column, null for the many tasks that have no schedule. */
const NO_SCHEDULE = {
  schedule_type: null,
  schedule_expression: null,
  schedule_enabled: false,
  schedule_start_at: null,
  schedule_end_at: null,
  next_run_at: null,
  last_run_at: null,
  max_runs: null,
  run_count: 0,
  charged_to: null,
} as const satisfies Partial<TaskRecord>;
export const SCHEDULE_FIELDS = Object.keys(NO_SCHEDULE) as (keyof typeof NO_SCHEDULE)[];

/** A task by itself: `inputs` are the stored ones, status and times its own. */
export type OwnTask = Omit<TaskRecord, 'stored_inputs'>;

/**
 * Columns whose text may be large are never NULL but empty when there is nothing: DuckDB reads a large text again for
 * each NULL that follows it in the column (duckdb/duckdb#24897), so that one result of a megabyte among small ones took
 * gigabytes of memory at the next append, and the database with it.
 */
const MAY_BE_LARGE = new Set(['inputs', 'result', 'error']);

/** The cell of such a column. */
export function largeCell(text: string | null): string {
  return text ?? '';
}

/** `null` text is SQL NULL: JSON null and absent are the same to readers. */
export function toJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

export function fromJson<T>(cell: Cell | undefined): T | null {
  return typeof cell === 'string' && cell !== '' ? (JSON.parse(cell) as T) : null;
}

/** Columns that are no field of the record (tree_created_at, last_run_number) come from `extra`. */
export function taskToRow(task: TaskRecord, extra: Row): Row {
  const row: Record<string, Cell> = { ...extra };
  for (const name of TASK_COLUMNS) {
    if (name in extra) continue;
    if (name === 'schedule') row[name] = scheduleCell(task);
    else if (name === 'inputs') row[name] = JSON.stringify(task.stored_inputs);
    else row[name] = taskCell(name, task[name as keyof TaskRecord]);
  }
  return row;
}

/** The `schedule` column of a task with these fields. */
export function scheduleCell(task: Readonly<Record<string, unknown>> | TaskRecord): Cell {
  const fields = task as Readonly<Record<string, unknown>>;
  const differs = SCHEDULE_FIELDS.filter((name) => fields[name] !== NO_SCHEDULE[name]);
  return differs.length === 0
    ? null
    : JSON.stringify(Object.fromEntries(differs.map((name) => [name, fields[name]])));
}

/** A cell as it was given: empty text of a large column is nothing. */
function presentCell(name: string, cell: Cell | undefined): Cell {
  return cell === undefined || (cell === '' && MAY_BE_LARGE.has(name)) ? null : cell;
}

/** The value of one task column as it is stored. */
export function taskCell(name: string, value: unknown): Cell {
  const cell = TASK_JSON.has(name) ? toJson(value) : ((value as Cell | undefined) ?? null);
  return cell === null && MAY_BE_LARGE.has(name) ? largeCell(cell) : cell;
}

export function rowToOwnTask(row: Row): OwnTask {
  const task: Record<string, unknown> = {
    ...NEVER_SET,
    ...NO_SCHEDULE,
    ...fromJson<JsonObject>(row['schedule']),
  };
  for (const name of TASK_COLUMNS) {
    if (NO_FIELDS.has(name)) continue;
    task[name] = TASK_JSON.has(name) ? fromJson(row[name]) : presentCell(name, row[name]);
  }
  return task as unknown as OwnTask;
}

/** Of the columns id, user_id, created_at, policy and schedule. */
export function rowToSchedule(row: Row): ScheduledTask {
  return {
    ...NO_SCHEDULE,
    ...fromJson<JsonObject>(row['schedule']),
    id: row['id'],
    user_id: row['user_id'],
    created_at: row['created_at'],
    policy: fromJson(row['policy']),
  } as ScheduledTask;
}

/** What `tasks.get` shows. Without a row in its run a task has not begun. */
export function viewOf(own: OwnTask, stored: StoredOutcome | null): TaskRecord {
  if (own.run_id === null) return { ...own, stored_inputs: own.inputs };
  const outcome = stored?.outcome;
  return {
    ...own,
    stored_inputs: own.inputs,
    inputs: outcome?.inputs ?? own.inputs,
    status: outcome?.status ?? 'pending',
    result: outcome?.result ?? null,
    error: outcome?.error ?? null,
    progress: outcome?.progress ?? 0,
    started_at: outcome?.startedAt ?? null,
    completed_at: outcome?.completedAt ?? null,
    token_usage: outcome?.tokenUsage ?? null,
    wait: outcome?.wait ?? null,
    demo: outcome?.demo ?? null,
    updated_at: laterOf(own.updated_at, stored?.updatedAt ?? null),
  };
}

function laterOf(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}

export function outcomeToRow(runId: string, { outcome, updatedAt }: StoredOutcome): Row {
  const row: Record<string, Cell> = { run_id: runId, updated_at: updatedAt };
  for (const [field, column] of Object.entries(OUTCOME_FIELDS)) {
    const value = outcome[field as keyof TaskOutcome];
    const cell = OUTCOME_JSON.has(field) ? toJson(value) : (value as Cell);
    row[column] = cell === null && MAY_BE_LARGE.has(column) ? largeCell(cell) : cell;
  }
  return row;
}

/** `prefix` for a row that was joined. A result that was left out by size becomes its reference. */
export function rowToOutcome(row: Row, prefix = ''): StoredOutcome {
  const outcome: Record<string, unknown> = {};
  for (const [field, column] of Object.entries(OUTCOME_FIELDS)) {
    const cell = presentCell(column, row[`${prefix}${column}`]);
    outcome[field] = OUTCOME_JSON.has(field) ? fromJson<JsonValue>(cell) : cell;
  }
  return {
    outcome: outcome as unknown as TaskOutcome,
    updatedAt: String(row[`${prefix}updated_at`]),
  };
}

/** The reference shown instead of a result whose text stayed in the database. */
export function referenceOf(runId: string | null, taskId: string, size: number, preview: string): JsonValue {
  return { ref: `${runId ?? NO_RUN}/${taskId}`, size, preview };
}

/** SQL for a result column that stays behind when it is large, with its size and preview beside it. */
export function shortResult(column: string, name: string): string {
  return `CASE WHEN length(${column}) > ${REFERENCE_BYTES} THEN NULL ELSE ${column} END AS ${name},
    CASE WHEN length(${column}) > ${REFERENCE_BYTES} THEN length(${column}) END AS ${name}_size,
    CASE WHEN length(${column}) > ${REFERENCE_BYTES} THEN substr(${column}, 1, 2048) END AS ${name}_preview`;
}

/** Inputs with large results injected, left out: the task's own stand in their place. */
export function shortInputs(column: string, name: string): string {
  return `CASE WHEN length(${column}) > ${REFERENCE_BYTES} THEN '' ELSE ${column} END AS ${name},
    coalesce(length(${column}), 0) > ${REFERENCE_BYTES} AS ${name}_left_out`;
}

/** What `rowToRun` needs: a run without its plan, which may be large. */
export const RUN_COLUMNS = columnsOf('runs')
  .map(([name]) => name)
  .filter((name) => name !== 'plan' && name !== 'options')
  .join(', ');

export function rowToRun(row: Row): Run {
  return {
    run_id: row['run_id'],
    root_task_id: row['root_task_id'],
    target_task_id: row['target_task_id'],
    user_id: row['user_id'],
    number: row['number'],
    status: row['status'],
    task_count: row['task_count'],
    use_demo: row['use_demo'],
    demo_tasks: row['demo_tasks'],
    error: presentCell('error', row['error']),
    workflow_id: row['workflow_id'],
    accepted_at: row['accepted_at'],
    completed_at: row['completed_at'],
  } as Run;
}

export function eventToRow(event: RunEvent): Row {
  return {
    run_id: event.runId,
    seq: event.seq,
    type: event.type,
    task_id: event.taskId,
    at: event.at,
    data: JSON.stringify(event.data),
  };
}

export function rowToEvent(row: Row): RunEvent {
  return {
    runId: String(row['run_id']),
    seq: Number(row['seq']),
    type: row['type'] as RunEvent['type'],
    taskId: row['task_id'] as string | null,
    at: String(row['at']),
    data: fromJson<JsonObject>(row['data']) ?? {},
  };
}
