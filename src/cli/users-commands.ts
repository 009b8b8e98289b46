/** `taskgrove users …`: who uses the server. Needs an admin's key; on the server's own machine it is found by itself. */
import { type Command, Option } from 'commander';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { integer } from './option-values.ts';
import type { RunAction } from './run-action.ts';
import { renderTable, shorten } from './table.ts';

const PERIODS = ['all', 'day', 'week', 'month', 'year'] as const;
const FORMATS = ['table', 'json', 'yaml'] as const;
const AGENT_WIDTH = 60;

interface ListOptions {
  readonly limit: number;
  readonly status?: string;
  readonly format?: CliContext['output'];
  readonly showUa?: boolean;
}

export function addUsersCommands(program: Command, run: RunAction): void {
  const users = program.command('users').description('who uses the server (for admins)');
  const format = () => new Option('--format <form>', 'the same as --output').choices(FORMATS);
  users
    .command('list')
    .description('users, latest activity first')
    .option('--limit <number>', 'how many', integer(1), 20)
    .addOption(new Option('--status <status>', 'only these').choices(['active', 'inactive', 'all']))
    .addOption(format())
    .option('--show-ua', 'show what browser or program they use')
    .action(run(listUsers));
  users
    .command('stat')
    .argument('[period]', PERIODS.join(', '), 'all')
    .description('how many users there are, were active, and are new')
    .addOption(format())
    .action(run(showStats));
}

async function listUsers(context: CliContext, options: ListOptions): Promise<number> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.status !== undefined) query.set('status', options.status);
  const answer = await context.client.get(`/api/users/list?${query}`);
  const users = Array.isArray(answer['users']) ? answer['users'].filter(isJsonObject) : [];
  const titles = ['ID', 'NAME', 'STATUS', 'SOURCE', 'LAST ACTIVE', 'SINCE'];
  const rows = users.map((user) => rowOf(user, options.showUa === true));
  show(withFormat(context, options.format), answer, () =>
    renderTable(options.showUa === true ? [...titles, 'USER AGENT'] : titles, rows),
  );
  return EXIT.ok;
}

function rowOf(user: JsonObject, hasAgent: boolean): string[] {
  const text = (name: string) => String(user[name] ?? '');
  const time = (name: string) => text(name).slice(0, 19).replace('T', ' ');
  const row = [
    text('user_id'),
    text('username'),
    text('status'),
    text('source'),
    time('last_active_at'),
    time('created_at'),
  ];
  return hasAgent ? [...row, shorten(text('user_agent'), AGENT_WIDTH)] : row;
}

async function showStats(
  context: CliContext,
  period: string,
  options: Pick<ListOptions, 'format'>,
): Promise<number> {
  if (!(PERIODS as readonly string[]).includes(period))
    throw new UsageError(`Unknown period ${period}: give ${PERIODS.join(', ')}`);
  const answer = await context.client.get(`/api/users/stats?period=${period}`);
  const rows = [
    ['users', String(answer['total_users'])],
    ['active', String(answer['active_users'])],
    ['new', String(answer['new_users'])],
  ];
  show(withFormat(context, options.format), answer, () => renderTable(['WHO', `PERIOD ${period}`], rows));
  return EXIT.ok;
}

function withFormat(context: CliContext, format: CliContext['output'] | undefined): CliContext {
  return format === undefined ? context : { ...context, output: format };
}
