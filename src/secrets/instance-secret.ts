/**
 * TASKGROVE_SECRET for a laptop: made at the first start and kept in ~/.config/taskgrove (mode 0600), not beside the
 * data it protects. Deployments with PostgreSQL or split roles must give one.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const BYTES = 32;

/** The kept secret, made when there is none. `directory` is for tests. */
export async function instanceSecret(directory = join(homedir(), '.config', 'taskgrove')): Promise<string> {
  const path = join(directory, 'secret');
  const kept = await read(path);
  if (kept !== null) return kept;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    // `wx`: of two first starts at once only one makes it, the other reads.
    await writeFile(path, `${randomBytes(BYTES).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await read(path)) ?? '';
}

async function read(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
