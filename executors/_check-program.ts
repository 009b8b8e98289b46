/** Which programs executors may start. */
import { AppError } from '../src/core/errors.ts';

/**
 * Only named programs run, found on the search path: `/tmp/git` is not `git`, and no names means no programs.
 * @throws AppError `executor_unavailable`
 */
export function checkProgram(program: string, allowed: readonly string[]): void {
  // A name with a slash is a path: even listed, it would run whatever file lies there.
  if (allowed.includes(program) && !/[\\/]/.test(program)) return;
  const names = allowed.length === 0 ? 'none' : [...allowed].sort().join(', ');
  throw new AppError(
    'executor_unavailable',
    `Command '${program}' is not in the whitelist. Allowed commands: ${names}. An operator can add it to TASKGROVE_COMMAND_WHITELIST`,
  );
}
