/** `taskgrove usage report`: runs, attempts, tokens and cost as a table with a chart, or for programs. */
import { stripVTControlCharacters } from 'node:util';
import { type Command, Option } from 'commander';
import type { UsageGroup, UsageSummary } from '../client/method-types.ts';
import { type CsvCell, csvLine } from '../core/csv.ts';
import { USAGE_GROUPS, type UsageGroupName } from '../core/usage.ts';
import { bar } from './bar.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { integer } from './option-values.ts';
import type { RunAction } from './run-action.ts';
import { renderTable } from './table.ts';

const MOST_BAR = 30;
const LEAST_BAR = 8;
const TITLES = ['RUNS', 'TASKS', 'FAILED', 'DEMO', 'P50', 'P95', 'TOKENS', 'COST'];

interface ReportOptions {
  readonly by: UsageGroupName;
  readonly from?: string;
  readonly to?: string;
  readonly user?: string;
  readonly limit: number;
}

export function addUsageCommands(program: Command, run: RunAction): void {
  program
    .command('usage')
    .description('what was used, and what it cost')
    .command('report')
    .description('attempts of tasks, runs, tokens and cost; -o csv for spreadsheets')
    .addOption(new Option('--by <group>', 'one line for each').choices(USAGE_GROUPS).default('executor'))
    .option('--from <day>', 'UTC day or time')
    .option('--to <day>', 'UTC day, included, or time')
    .option('--user <id>', 'only this one (for admins)')
    .option('--limit <number>', 'most lines', integer(1), 50)
    .action(run(report));
}

async function report(context: CliContext, options: ReportOptions): Promise<number> {
  const { by, from, to, user, limit } = options;
  const summary = await context.client.usage.summary({
    group_by: by,
    limit,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(user === undefined ? {} : { user_id: user }),
  });
  if (context.output === 'csv') context.io.out(asCsv(summary, by));
  else show(context, summary, () => asTable(context, summary, by));
  return EXIT.ok;
}

function asTable(
  context: CliContext,
  { groups, total, truncated }: UsageSummary,
  by: UsageGroupName,
): string {
  if (total.attempts + total.runs === 0) return 'Nothing was used in this time\n';
  const rows = [...groups.map((group) => rowOf(nameOf(group, by), group)), rowOf('total', total)];
  const titles = [by.toUpperCase(), ...TITLES];
  const plain = renderTable(titles, rows).split('\n');
  const used = Math.max(...plain.map((line) => stripVTControlCharacters(line).length)) + 2;
  const width = Math.min(MOST_BAR, Math.max(LEAST_BAR, context.io.columns() - used));
  const most = Math.max(1, ...groups.map((group) => group.attempts));
  const bars = groups.map((group) => context.colors.green(bar(group.attempts / most, width)));
  const table = renderTable(
    [...titles, ''],
    rows.map((row, index) => [...row, bars[index] ?? '']),
  );
  return truncated ? `${table}There are more: --limit shows them\n` : table;
}

function nameOf(group: UsageGroup, by: UsageGroupName): string {
  return group[by] ?? '(none)';
}

function rowOf(name: string, group: UsageGroup): string[] {
  const { p50, p95 } = group.duration_ms;
  return [
    name,
    String(group.runs),
    String(group.attempts),
    String(group.outcomes.failed),
    `${Math.round(group.demo_share * 100)}%`,
    timeText(p50),
    timeText(p95),
    String(group.tokens.total),
    costText(group),
  ];
}

function timeText(ms: number | null): string {
  if (ms === null) return '-';
  return ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`;
}

/** A plus sign: some of it has a price that nobody knows. */
function costText({ cost_usd: cost, unpriced_attempts: unpriced }: UsageGroup): string {
  if (cost === null) return 'unknown';
  return `$${cost}${unpriced > 0 ? ' +' : ''}`;
}

const CSV_COLUMNS: readonly (readonly [title: string, cell: (group: UsageGroup) => CsvCell])[] = [
  ['runs', (group) => group.runs],
  ['attempts', (group) => group.attempts],
  ['completed', (group) => group.outcomes.completed],
  ['failed', (group) => group.outcomes.failed],
  ['cancelled', (group) => group.outcomes.cancelled],
  ['demo_attempts', (group) => group.demo_attempts],
  ['p50_ms', (group) => group.duration_ms.p50],
  ['p95_ms', (group) => group.duration_ms.p95],
  ['input_tokens', (group) => group.tokens.input],
  ['output_tokens', (group) => group.tokens.output],
  ['cost_usd', (group) => group.cost_usd],
  ['unpriced_attempts', (group) => group.unpriced_attempts],
];

function asCsv({ groups }: UsageSummary, by: UsageGroupName): string {
  const lines = groups.map((group) =>
    csvLine([group[by] ?? null, ...CSV_COLUMNS.map(([, cell]) => cell(group))]),
  );
  return csvLine([by, ...CSV_COLUMNS.map(([title]) => title)]) + lines.join('');
}
