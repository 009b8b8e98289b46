/** The summary: one statement, the same on both databases. */
import { USAGE_OUTCOMES, type UsageGroupName } from '../../core/usage.ts';
import type { Durations, OutcomeCounts, UsageGroup, UsageQuery } from '../../ports/usage-store.ts';
import type { Row } from '../schema.ts';
import type { Parameter, Session } from '../session.ts';
import { usageWhere } from './usage-where.ts';

const DAY_MS = 86_400_000;
const KEYS: Record<UsageGroupName, string> = {
  user: 'user_id',
  executor: 'executor',
  model: 'model',
  // The day's first millisecond: integer division is written differently on each database.
  day: `ended_at - ended_at % ${DAY_MS}`,
};
const IS_RUN = "task_id = ''";
const IS_ATTEMPT = "task_id <> ''";

export async function summariseUsage(session: Session, query: UsageQuery): Promise<UsageGroup[]> {
  const { groupBy, limit } = query;
  const parameters: Parameter[] = [];
  // A run has no executor and no model, so it would only make a group of its own.
  const isOfAttempts = groupBy.includes('executor') || groupBy.includes('model');
  const where = `${usageWhere(query, parameters)}${isOfAttempts ? ` AND ${IS_ATTEMPT}` : ''}`;
  const keys = groupBy.map((name) => `${KEYS[name]} AS key_${name},`).join(' ');
  const group = groupBy.length === 0 ? '' : `GROUP BY ${groupBy.map((name) => `key_${name}`).join(', ')}`;
  const rows = await session.query(
    `SELECT ${keys} ${counts('runs', IS_RUN)}, ${durations('run', IS_RUN)},
       ${counts('attempts', IS_ATTEMPT)}, ${durations('attempt', IS_ATTEMPT)},
       count(*) FILTER (WHERE is_demo AND ${IS_ATTEMPT}) AS demo_attempts,
       CAST(COALESCE(sum(input_tokens), 0) AS bigint) AS input_tokens,
       CAST(COALESCE(sum(output_tokens), 0) AS bigint) AS output_tokens,
       CAST(COALESCE(sum(cost_nano_usd), 0) AS bigint) AS cost_nano_usd,
       count(*) FILTER (WHERE input_tokens IS NOT NULL AND cost_nano_usd IS NULL) AS unpriced_attempts,
       count(*) AS row_count
     FROM usage WHERE ${where} ${group}
     ORDER BY ${order(groupBy)} LIMIT ${Math.trunc(limit)}`,
    parameters,
  );
  return rows.map((row) => toGroup(row, groupBy));
}

function order(groupBy: readonly UsageGroupName[]): string {
  const names = groupBy.map((name) => `key_${name}`);
  return groupBy.includes('day')
    ? ['key_day', 'row_count DESC', ...names].join(', ')
    : ['row_count DESC', ...names].join(', ');
}

function counts(name: string, condition: string): string {
  return USAGE_OUTCOMES.map(
    (outcome) => `count(*) FILTER (WHERE ${condition} AND outcome = '${outcome}') AS ${name}_${outcome}`,
  ).join(', ');
}

function durations(name: string, condition: string): string {
  return [50, 95]
    .map(
      (percent) => `percentile_disc(0.${percent}) WITHIN GROUP (ORDER BY duration_ms)
         FILTER (WHERE ${condition}) AS ${name}_p${percent}`,
    )
    .join(', ');
}

function toGroup(row: Row, groupBy: readonly UsageGroupName[]): UsageGroup {
  const number = (name: string) => Number(row[name] ?? 0);
  const outcomes = (name: string) =>
    Object.fromEntries(
      USAGE_OUTCOMES.map((outcome) => [outcome, number(`${name}_${outcome}`)]),
    ) as OutcomeCounts;
  return {
    keys: Object.fromEntries(groupBy.map((name) => [name, keyOf(name, row)])),
    runs: outcomes('runs'),
    runMs: durationsOf(row, 'run'),
    attempts: outcomes('attempts'),
    attemptMs: durationsOf(row, 'attempt'),
    demoAttempts: number('demo_attempts'),
    inputTokens: number('input_tokens'),
    outputTokens: number('output_tokens'),
    costNanoUsd: number('cost_nano_usd'),
    unpricedAttempts: number('unpriced_attempts'),
  };
}

function durationsOf(row: Row, name: string): Durations {
  const value = (column: string) => {
    const cell = row[column] ?? null;
    return cell === null ? null : Number(cell);
  };
  return { p50: value(`${name}_p50`), p95: value(`${name}_p95`) };
}

function keyOf(name: UsageGroupName, row: Row): string | null {
  const cell = row[`key_${name}`] ?? null;
  if (cell === null) return null;
  return name === 'day' ? new Date(Number(cell)).toISOString().slice(0, 10) : String(cell);
}
