/** Paths that tasks give lie below one folder, whatever links and dots they contain. */
import { mkdir, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { AppError } from '../src/core/errors.ts';

/**
 * The real path of an existing file or folder below `filesDir`, relative to it or absolute.
 * @throws AppError `task_failed` when it is elsewhere or missing; which of the two is told only inside.
 */
export async function filesPath(filesDir: string, path: string): Promise<string> {
  await mkdir(filesDir, { recursive: true });
  const root = await realpath(filesDir);
  const wanted = resolve(root, path);
  if (!isBelow(root, wanted)) throw outside(path);
  const real = await realpath(wanted).catch((cause: unknown) => {
    throw new AppError('task_failed', `There is no '${path}' in the files folder of this server`, { cause });
  });
  if (!isBelow(root, real)) throw outside(path);
  return real;
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root + sep);
}

function outside(path: string): AppError {
  return new AppError(
    'task_failed',
    `'${path}' lies outside the files folder. Give a path below DATA_DIR/files of this server`,
  );
}
