/**
 * Makes rows again that a crash took before they were stored: what runs of the last day have done (run_tasks, runs) is
 * compared with what stands in usage, and what is missing is added. Nothing is added twice: rows are compared by run,
 * task, generation and attempt. See docs/decisions/2026-11-21-usage-rows.md.
 */
import type { JsonObject } from '../../core/json.ts';
import type { Plan } from '../../core/plan.ts';
import { isRunEnded, type TaskOutcome } from '../../core/run.ts';
import { spentInSteps } from '../../core/step-usage.ts';
import type { TaskStep } from '../../core/task-step.ts';
import { isoMicros } from '../../core/time.ts';
import { type AttemptUsage, modelUsage, type UsageRow, userPlanOf } from '../../core/usage.ts';
import { fromJson, rowToOutcome, rowToRun } from '../rows.ts';
import type { Row } from '../schema.ts';
import type { Database, Session } from '../session.ts';
import { rowToStep } from '../step-storage.ts';
import { attemptRow, runRow, usageToRow } from './usage-rows.ts';

const DAY_MS = 86_400_000;
/** How far back runs are looked at: a crash takes a second's rows, and the next start follows soon. */
const LOOK_BACK_MS = DAY_MS;
/** Their rows may be older than they are: runs take days where people decide. */
const ROWS_LOOK_BACK_MS = 30 * DAY_MS;
const RUNS_AT_ONCE = 100;

/** Returns how many rows were made again. */
export async function rebuildUsage(database: Database, nowMs: number): Promise<number> {
  const runIds = await database.read((session) => incompleteRuns(session, nowMs));
  let added = 0;
  for (let start = 0; start < runIds.length; start += RUNS_AT_ONCE) {
    const ids = runIds.slice(start, start + RUNS_AT_ONCE);
    const missing = await database.read((session) => missingRows(session, ids));
    if (missing.length === 0) continue;
    await database.write((session) => session.insert('usage', missing.map(usageToRow), 'once'));
    added += missing.length;
  }
  return added;
}

/** Runs with fewer rows than attempts: few after a crash, none but continued ones after a clean stop. */
async function incompleteRuns(session: Session, nowMs: number): Promise<string[]> {
  const rows = await session.query(
    `SELECT r.run_id FROM runs r
       LEFT JOIN (SELECT run_id, sum(attempts) AS attempts FROM run_tasks WHERE updated_at >= $1
                  GROUP BY run_id) t ON t.run_id = r.run_id
       LEFT JOIN (SELECT run_id, count(*) AS total FROM usage
                  WHERE ended_at >= $2::bigint AND (task_id = '' OR outcome <> 'cancelled')
                  GROUP BY run_id) u ON u.run_id = r.run_id
     WHERE (r.completed_at IS NULL OR r.completed_at >= $1)
       AND COALESCE(u.total, 0) <
         COALESCE(t.attempts, 0) + CASE WHEN r.completed_at IS NULL THEN 0 ELSE 1 END
     ORDER BY r.run_id`,
    [isoMicros(nowMs - LOOK_BACK_MS), String(nowMs - ROWS_LOOK_BACK_MS)],
  );
  return rows.map((row) => String(row['run_id']));
}

async function missingRows(session: Session, runIds: readonly string[]): Promise<UsageRow[]> {
  const of = 'WHERE run_id IN (SELECT unnest($1::text[]))';
  const runs = await session.query(`SELECT * FROM runs ${of}`, [runIds]);
  const tasks = await session.query(
    `SELECT run_id, task_id, generation, status, started_at, completed_at, attempts, demo, token_usage
     FROM run_tasks ${of} AND attempts > 0`,
    [runIds],
  );
  const steps = await session.query(
    `SELECT run_id, task_id, generation, path, status, detail, '' AS result FROM task_steps ${of}`,
    [runIds],
  );
  const stepsOf = Map.groupBy(steps, stepsKey);
  const known = await session.query(`SELECT run_id, task_id, generation, attempt FROM usage ${of}`, [runIds]);
  const standing = new Set(known.map((row) => keyOf(row)));
  const tasksOf = Map.groupBy(tasks, (row) => String(row['run_id']));
  return runs
    .flatMap((row) => rowsOfRun(row, tasksOf.get(String(row['run_id'])) ?? [], stepsOf))
    .filter((row) => !standing.has(keyOf(usageToRow(row))));
}

function keyOf(row: Row): string {
  return [row['run_id'], row['generation'], row['attempt'], row['task_id']].join(' ');
}

function stepsKey(row: Row): string {
  return JSON.stringify([row['run_id'], row['task_id'], Number(row['generation'])]);
}

function rowsOfRun(
  row: Row,
  tasks: readonly Row[],
  stepsOf: ReadonlyMap<string, readonly Row[]>,
): UsageRow[] {
  const run = rowToRun(row);
  const plan = fromJson<Plan>(row['plan']);
  const userPlan = userPlanOf(fromJson<JsonObject>(row['options']));
  const indexOf = new Map((plan?.tasks ?? []).map((task, index) => [task.id, index]));
  const attempts = tasks.flatMap((task) => {
    const { outcome } = rowToOutcome({ ...task, updated_at: '' });
    const index = indexOf.get(outcome.taskId) ?? -1;
    // A finished result that an earlier run has made and paid for.
    if (outcome.generation === 0 && plan?.state[index] !== 'p') return [];
    const steps = (stepsOf.get(stepsKey(task)) ?? []).map(rowToStep);
    return attemptsOf(outcome, steps, {
      executor: plan?.tasks[index]?.executor || null,
      acceptedAt: run.accepted_at,
    });
  });
  const rows = attempts.map((attempt) => attemptRow(run, userPlan, attempt));
  return isRunEnded(run.status) ? [...rows, runRow(run, userPlan)] : rows;
}

/** The last attempt as its row tells it; of those before it only that they failed, and what their steps used. */
function attemptsOf(
  outcome: TaskOutcome,
  steps: readonly TaskStep[],
  { executor, acceptedAt }: { readonly executor: string | null; readonly acceptedAt: string },
): AttemptUsage[] {
  const { taskId, generation, status, attempts, tokenUsage } = outcome;
  const endedAtMs = Date.parse(outcome.completedAt ?? outcome.startedAt ?? acceptedAt);
  const hasEnded = status === 'completed' || status === 'failed';
  return Array.from({ length: attempts }, (_, index): AttemptUsage => {
    const attempt = index + 1;
    const isLast = hasEnded && attempt === attempts;
    // The row of a task with steps counts all attempts; its steps tell them apart.
    const spent = isLast && steps.length === 0 ? tokenUsage : spentInSteps(steps, attempt);
    return {
      taskId,
      generation,
      attempt,
      executor,
      ...modelUsage(spent),
      isDemo: isLast && outcome.demo?.active === true,
      outcome: isLast && status === 'completed' ? 'completed' : 'failed',
      endedAtMs,
      durationMs:
        isLast && outcome.startedAt !== null ? Math.max(0, endedAtMs - Date.parse(outcome.startedAt)) : null,
    };
  });
}
