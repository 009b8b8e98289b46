/** Usage rows to table rows and back, and the rows a commit of a running tree brings about. */
import type { Run } from '../../core/run.ts';
import { type AttemptUsage, type UsageOutcome, type UsageRow, WHOLE_RUN } from '../../core/usage.ts';
import type { Row } from '../schema.ts';

export function usageToRow(usage: UsageRow): Row {
  return {
    run_id: usage.runId,
    task_id: usage.taskId,
    generation: usage.generation,
    attempt: usage.attempt,
    user_id: usage.userId,
    plan: usage.plan,
    executor: usage.executor,
    model: usage.model,
    is_demo: usage.isDemo,
    outcome: usage.outcome,
    ended_at: whole(usage.endedAtMs),
    duration_ms: whole(usage.durationMs),
    input_tokens: whole(usage.inputTokens),
    output_tokens: whole(usage.outputTokens),
    cost_nano_usd: whole(usage.costNanoUsd),
  };
}

/** Whole numbers come as bigint (DuckDB) or text (PostgreSQL). */
export function rowToUsage(row: Row): UsageRow {
  const text = (name: string) => row[name] as string | null;
  const number = (name: string) => (row[name] === null ? null : Number(row[name]));
  return {
    runId: String(row['run_id']),
    taskId: String(row['task_id']),
    generation: Number(row['generation']),
    attempt: Number(row['attempt']),
    userId: String(row['user_id']),
    plan: text('plan'),
    executor: text('executor'),
    model: text('model'),
    isDemo: row['is_demo'] === true,
    outcome: row['outcome'] as UsageOutcome,
    endedAtMs: Number(row['ended_at']),
    durationMs: number('duration_ms'),
    inputTokens: number('input_tokens'),
    outputTokens: number('output_tokens'),
    costNanoUsd: number('cost_nano_usd'),
  };
}

export function attemptRow(run: Run, plan: string | null, attempt: AttemptUsage): UsageRow {
  return { ...attempt, runId: run.run_id, userId: run.user_id, plan };
}

/** The row of a run that has ended. */
export function runRow(run: Run, plan: string | null): UsageRow {
  const endedAtMs = Date.parse(run.completed_at ?? run.accepted_at);
  return {
    runId: run.run_id,
    taskId: WHOLE_RUN,
    generation: 0,
    attempt: 1,
    userId: run.user_id,
    plan,
    executor: null,
    model: null,
    isDemo: run.use_demo,
    outcome: run.status as UsageOutcome,
    endedAtMs,
    durationMs: Math.max(0, endedAtMs - Date.parse(run.accepted_at)),
    inputTokens: null,
    outputTokens: null,
    costNanoUsd: null,
  };
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
