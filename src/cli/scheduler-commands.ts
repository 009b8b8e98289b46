/** `taskgrove scheduler …`: what runs by itself, and what others may trigger. */
import type { Command } from 'commander';
import type { Task } from '../core/task.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { integer } from './option-values.ts';
import type { RunAction } from './run-action.ts';
import { renderTable, shorten } from './table.ts';

interface ListOptions {
  readonly all?: boolean;
  readonly limit: number;
}

const NAME_WIDTH = 30;

export function addSchedulerCommands(program: Command, run: RunAction): void {
  const scheduler = program.command('scheduler').description('tasks that run by themselves');
  const withList = (command: Command) =>
    command.option('--all', 'paused ones too').option('--limit <number>', 'how many', integer(1), 100);
  withList(scheduler.command('list').description('schedules, the next one first')).action(run(listSchedules));
  withList(scheduler.command('export-ical').description('schedules as an iCalendar file'))
    .option('--name <name>', 'what the calendar is called')
    .action(run(exportCalendar));
  scheduler
    .command('pause <id>')
    .description('a task stops running by itself')
    .action(run((context: CliContext, id: string) => enable(context, id, false)));
  scheduler
    .command('resume <id>')
    .description('and goes on')
    .action(run((context: CliContext, id: string) => enable(context, id, true)));
  scheduler
    .command('trigger <id>')
    .description('run a task now, from its beginning')
    .option('--wait', 'until it ended')
    .action(run(trigger));
  scheduler
    .command('webhook-url <id>')
    .description('where others post to trigger a task')
    .action(run(webhookUrl));
  scheduler
    .command('secret <id>')
    .description('a new secret they sign with; it is shown this once')
    .action(run(makeSecret));
}

async function listSchedules(context: CliContext, options: ListOptions): Promise<number> {
  const tasks = await context.client.tasks.scheduled.list({
    enabled_only: options.all !== true,
    limit: options.limit,
  });
  show(context, tasks, () => schedulesTable(tasks));
  return EXIT.ok;
}

function schedulesTable(tasks: readonly Task[]): string {
  if (tasks.length === 0) return 'No schedules.\n';
  const rows = tasks.map((task) => [
    task.id,
    shorten(task.name, NAME_WIDTH),
    `${task.schedule_type} ${task.schedule_expression}`,
    minute(task.next_run_at) ?? (task.schedule_enabled ? 'never' : 'paused'),
    minute(task.last_run_at) ?? '-',
    task.max_runs === null ? String(task.run_count) : `${task.run_count} of ${task.max_runs}`,
  ]);
  return renderTable(['ID', 'NAME', 'SCHEDULE', 'NEXT (UTC)', 'LAST (UTC)', 'RUNS'], rows);
}

function minute(stamp: string | null): string | null {
  return stamp === null ? null : stamp.slice(0, 16).replace('T', ' ');
}

async function exportCalendar(
  context: CliContext,
  options: ListOptions & { name?: string },
): Promise<number> {
  const answer = await context.client.tasks.scheduled.exportIcal({
    enabled_only: options.all !== true,
    limit: options.limit,
    ...(options.name === undefined ? {} : { calendar_name: options.name }),
  });
  show(context, answer, () => answer.ical_content);
  return EXIT.ok;
}

async function enable(context: CliContext, id: string, isEnabled: boolean): Promise<number> {
  const task = await context.client.tasks.update({ task_id: id, schedule_enabled: isEnabled });
  show(context, task, () => schedulesTable([task]));
  return EXIT.ok;
}

async function trigger(context: CliContext, id: string, options: { wait?: boolean }): Promise<number> {
  const answer = await context.client.tasks.webhook.trigger({
    task_id: id,
    async_execution: options.wait !== true,
  });
  show(context, answer, () => `${answer.status}  ${answer.error ?? answer.run_id}\n`);
  return answer.success ? EXIT.ok : EXIT.failed;
}

async function webhookUrl(context: CliContext, id: string): Promise<number> {
  const url = `${context.client.url}/webhook/trigger/${encodeURIComponent(id)}`;
  show(context, { url, method: 'POST' }, () => `${url}\n`);
  return EXIT.ok;
}

async function makeSecret(context: CliContext, id: string): Promise<number> {
  const made = await context.client.tasks.webhook.secret({ task_id: id });
  const text = `${made.secret}\n\nThis is the only time it is shown. The one before it stays good for a day.\n`;
  show(context, made, () => text);
  return EXIT.ok;
}
