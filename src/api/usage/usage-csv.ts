/** Usage rows as CSV: one place for the columns, whether they are streamed or answered. */
import { type CsvCell, csvLine } from '../../core/csv.ts';
import { isoMicros } from '../../core/time.ts';
import { type UsageRow, usdText, WHOLE_RUN } from '../../core/usage.ts';

const COLUMNS: readonly (readonly [title: string, cell: (row: UsageRow) => CsvCell])[] = [
  ['ended_at', (row) => isoMicros(row.endedAtMs)],
  ['kind', (row) => (row.taskId === WHOLE_RUN ? 'run' : 'task')],
  ['user_id', (row) => row.userId],
  ['plan', (row) => row.plan],
  ['run_id', (row) => row.runId],
  ['task_id', (row) => row.taskId],
  ['generation', (row) => row.generation],
  ['attempt', (row) => row.attempt],
  ['executor', (row) => row.executor],
  ['model', (row) => row.model],
  ['demo', (row) => row.isDemo],
  ['outcome', (row) => row.outcome],
  ['duration_ms', (row) => row.durationMs],
  ['input_tokens', (row) => row.inputTokens],
  ['output_tokens', (row) => row.outputTokens],
  ['cost_nano_usd', (row) => row.costNanoUsd],
  ['cost_usd', (row) => (row.costNanoUsd === null ? null : usdText(row.costNanoUsd))],
];

export const USAGE_CSV_HEAD = csvLine(COLUMNS.map(([title]) => title));

export function usageCsv(rows: readonly UsageRow[]): string {
  return rows.map((row) => csvLine(COLUMNS.map(([, cell]) => cell(row)))).join('');
}
