/** The `taskgrove` command: options, commands, and an exit code for every way it can end. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { CliIo } from './cli-io.ts';
import { addConversationsCommands } from './conversations-commands.ts';
import { addExecutorsCommands } from './executors-commands.ts';
import { EXIT, explainFailure } from './exit-code.ts';
import { addGenerateCommand } from './generate-command.ts';
import { addKeysCommands } from './keys-commands.ts';
import { addMcpCommand } from './mcp-command.ts';
import { addModelsCommands } from './models-commands.ts';
import { addPersonasCommands } from './personas-commands.ts';
import { createRunAction } from './run-action.ts';
import { addRunsCommands } from './runs-commands.ts';
import { addSchedulerCommands } from './scheduler-commands.ts';
import { addStudyCommands } from './study-commands.ts';
import { addTasksCommands } from './tasks-commands.ts';
import { addUsageCommands } from './usage-commands.ts';
import { addUsersCommands } from './users-commands.ts';

const SERVER_COMMANDS = {
  start: 'start the server with everything it needs',
  doctor: 'check what a start needs, and say what to do where something is missing',
  migrate: 'bring the database up to date',
} as const;

const EXAMPLES = `
Examples:
  $ taskgrove tasks all --limit 3
  $ taskgrove tasks execute --executor system_info_executor --input resource=cpu
  $ taskgrove tasks execute --file tree.json --watch
  $ taskgrove tasks generate "Check CPU and memory, then summarize both" --save
  $ taskgrove runs approve my-task --comment "looks good"

Exit codes: 0 done, 1 the tree failed, 2 wrong use, 3 refused, 4 server not reachable`;

/** `argv` without node and script. Never throws for what a user can cause; resolves with the exit code. */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has printed help or its complaint already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badUse;
    const failure = explainFailure(error);
    io.err(`${failure?.text ?? (error instanceof Error ? error.stack : String(error))}\n`);
    return failure?.code ?? EXIT.failed;
  }
}

function createProgram(io: CliIo, setExitCode: (code: number) => void): Command {
  const program = new Command('taskgrove')
    .description('Durable trees of tasks: create them, run them, watch them.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .addOption(new Option('--url <url>', 'the server').env('TASKGROVE_URL').default('http://127.0.0.1:8000'))
    .addOption(
      new Option(
        '--api-key <key>',
        'sent as X-API-Key; for a server on this machine its operator key is found',
      ).env('TASKGROVE_API_KEY'),
    )
    .addOption(
      new Option('--llm-key <provider:key>', 'pays the models of what this command starts').env(
        'TASKGROVE_LLM_KEY',
      ),
    )
    .addOption(
      new Option('-o, --output <form>', 'how to print (csv: reports only)')
        .choices(['table', 'json', 'yaml', 'csv'])
        .default('table'),
    )
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(--help shows how)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const run = createRunAction(io, setExitCode);
  addTasksCommands(program, run);
  addRunsCommands(program, run);
  addStudyCommands(program, run);
  addConversationsCommands(program, run);
  addSchedulerCommands(program, run);
  addExecutorsCommands(program, run);
  addModelsCommands(program, run);
  addGenerateCommand(program.command('generate').description('plan trees from words'), 'task-tree', run);
  addUsersCommands(program, run);
  addKeysCommands(program, run);
  addPersonasCommands(program, run);
  addUsageCommands(program, run);
  addMcpCommand(program, run);
  for (const [name, description] of Object.entries(SERVER_COMMANDS)) {
    program
      .command(name)
      .description(description)
      .action(async () => setExitCode(await io.runServer(name)));
  }
  return program;
}

/** package.json lies two folders up, also beside the built files. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
