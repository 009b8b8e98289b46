/** `taskgrove executors …` */
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import type { RunAction } from './run-action.ts';
import { renderTable, shorten } from './table.ts';

const TEXT_WIDTH = 70;

export function addExecutorsCommands(program: Command, run: RunAction): void {
  const executors = program.command('executors').description('what kinds of task there are');
  executors.command('list').description('all executors').action(run(listExecutors));
  executors.command('show <id>').description('one executor with its inputs').action(run(showExecutor));
}

async function listExecutors(context: CliContext): Promise<number> {
  const { colors } = context;
  const found = await context.client.system.executors();
  const rows = found.executors.map((executor) => [
    executor.id,
    executor.available ? colors.green('yes') : colors.yellow('no'),
    shorten(
      executor.available ? executor.description : (executor.reason ?? executor.description),
      TEXT_WIDTH,
    ),
  ]);
  show(context, found, () => renderTable(['ID', 'AVAILABLE', 'WHAT IT DOES'], rows));
  return EXIT.ok;
}

async function showExecutor(context: CliContext, id: string): Promise<number> {
  const metadata = await context.client.system.executor(id);
  show(context, metadata, () => stringify(metadata));
  return EXIT.ok;
}
