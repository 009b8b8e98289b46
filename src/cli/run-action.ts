/** Binds a command's work to the terminal: makes its context, keeps its exit code. */
import type { Command } from 'commander';
import { type CliContext, contextOf } from './cli-context.ts';
import type { CliIo } from './cli-io.ts';

export type RunAction = <Args extends unknown[]>(
  action: (context: CliContext, ...args: Args) => Promise<number>,
) => (...args: [...Args, ...unknown[]]) => Promise<void>;

/** commander calls actions with arguments, options and the command itself, in this order. */
export function createRunAction(io: CliIo, setExitCode: (code: number) => void): RunAction {
  return <Args extends unknown[]>(action: (context: CliContext, ...args: Args) => Promise<number>) =>
    async (...args: [...Args, ...unknown[]]) => {
      const command = args.at(-1) as Command;
      setExitCode(await action(contextOf(command, io), ...(args.slice(0, -1) as Args)));
    };
}
