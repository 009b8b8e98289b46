/** `taskgrove runs …` */
import type { Command } from 'commander';
import type { JsonObject } from '../core/json.ts';
import type { Run } from '../core/run.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { integer } from './option-values.ts';
import type { RunAction } from './run-action.ts';
import { statusSymbol, styledStatus } from './status-style.ts';
import { renderTable, shorten } from './table.ts';

const ERROR_WIDTH = 60;
const EVENTS_PER_PAGE = 1_000;

export function addRunsCommands(program: Command, run: RunAction): void {
  const runs = program.command('runs').description('executions of trees: look at them and steer them');
  runs
    .command('list [task]')
    .description('runs, newest first; of one task, or all')
    .option('--limit <number>', 'how many', integer(1), 100)
    .action(run(listRuns));
  runs.command('get <run>').description('one run').action(run(getRun));
  runs.command('events <run>').description('what happened in a run, in order').action(run(listEvents));
  for (const [name, description] of [
    ['pause', 'start no further task'],
    ['resume', 'go on with a paused run'],
  ] as const) {
    runs
      .command(`${name} <run>`)
      .description(description)
      .action(
        run(async (context: CliContext, runId: string) =>
          done(context, await context.client.runs[name]({ run_id: runId })),
        ),
      );
  }
  for (const [name, description] of [
    ['retry', 'run a failed, skipped or cancelled task again'],
    ['rerun', 'run a task and all that depends on it again'],
    ['approve', 'let a waiting task go on'],
    ['reject', 'refuse a waiting task'],
  ] as const) {
    runs
      .command(`${name} <task>`)
      .description(description)
      .option('--run <run>', "the run; else the active one of the task's tree")
      .option('--comment <text>', 'kept with the decision')
      .action(
        run(async (context: CliContext, taskId: string, options: { run?: string; comment?: string }) => {
          const { run: runId, comment } = options;
          const params = {
            task_id: taskId,
            ...(runId === undefined ? {} : { run_id: runId }),
            ...(comment === undefined ? {} : { comment }),
          };
          return done(context, await context.client.runs[name](params));
        }),
      );
  }
}

async function listRuns(
  context: CliContext,
  task: string | undefined,
  options: { limit: number },
): Promise<number> {
  const filter = { limit: options.limit, ...(task === undefined ? {} : { task_id: task }) };
  const found = await context.client.runs.list(filter);
  show(context, found, () => runsTable(context, found));
  return EXIT.ok;
}

async function getRun(context: CliContext, runId: string): Promise<number> {
  return done(context, await context.client.runs.get({ run_id: runId }));
}

async function listEvents(context: CliContext, runId: string): Promise<number> {
  const found: JsonObject[] = [];
  for (let after = 0; ; ) {
    const page = await context.client.runs.events({
      run_id: runId,
      after_seq: after,
      limit: EVENTS_PER_PAGE,
    });
    found.push(...page);
    const last = page.at(-1)?.['seq'];
    if (page.length < EVENTS_PER_PAGE || typeof last !== 'number') break;
    after = last;
  }
  show(context, found, () =>
    renderTable(
      ['SEQ', 'TIME (UTC)', 'EVENT', 'TASK'],
      found.map((event) => [
        String(event['seq']),
        String(event['at'] ?? '').slice(11, 23),
        String(event['type']),
        String(event['task_id'] ?? '-'),
      ]),
    ),
  );
  return EXIT.ok;
}

function done(context: CliContext, run: Run): number {
  show(context, run, () => runsTable(context, [run]));
  return EXIT.ok;
}

function runsTable({ colors }: CliContext, runs: readonly Run[]): string {
  if (runs.length === 0) return 'No runs.\n';
  const rows = runs.map((run) => [
    run.run_id,
    run.target_task_id,
    String(run.number),
    `${statusSymbol(colors, run.status)} ${styledStatus(colors, run.status)}`,
    String(run.task_count),
    run.accepted_at.slice(0, 19).replace('T', ' '),
    shorten(run.error ?? '', ERROR_WIDTH),
  ]);
  return renderTable(['RUN', 'TASK', 'NO.', 'STATUS', 'TASKS', 'ACCEPTED (UTC)', 'ERROR'], rows);
}
