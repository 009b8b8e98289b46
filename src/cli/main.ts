/** The process behind the `taskgrove` command: binds the terminal and ends with the exit code. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import picocolors from 'picocolors';
import type { CliIo } from './cli-io.ts';
import { readOperatorKey } from './operator-key.ts';
import { runCli } from './run-cli.ts';

const io: CliIo = {
  out: (chunk) => process.stdout.write(chunk),
  err: (chunk) => process.stderr.write(chunk),
  readInput: () => text(process.stdin),
  inputLines: () => createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }),
  operatorKey: readOperatorKey,
  isTerminal: process.stdout.isTTY === true,
  // picocolors knows NO_COLOR and FORCE_COLOR; without a terminal nothing is coloured.
  hasColors: process.stdout.isTTY === true && picocolors.isColorSupported,
  columns: () => process.stdout.columns ?? 80,
  rows: () => process.stdout.rows ?? 24,
  runServer,
};

/** A process of its own, because the server's parts are none of the CLI's business. */
function runServer(command: string): Promise<number> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const entry = fileURLToPath(new URL(`../main.${extension}`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, entry, command], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    process.on(signal, () => {
      // In a terminal Ctrl-C reaches the child by itself; a second one would mean "stop at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await runCli(process.argv.slice(2), io);
