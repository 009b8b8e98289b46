/**
 * Secrets of a laptop, each made at the first start and kept in a file of mode 0600: TASKGROVE_SECRET and the
 * operator's API key in ~/.config/taskgrove, not beside the data they protect; the token secret in DATA_DIR.
 * Deployments with PostgreSQL or split roles must give theirs.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const BYTES = 32;
const CONFIG_DIR = join(homedir(), '.config', 'taskgrove');

/** The kept secret, made when there is none. `directory` is for tests. */
export function instanceSecret(directory = CONFIG_DIR): Promise<string> {
  return keptSecret(join(directory, 'secret'));
}

/** The API key of whoever may read the operator's files; the command line finds it there (src/cli/operator-key.ts). */
export function operatorKey(directory = CONFIG_DIR): Promise<string> {
  return keptSecret(join(directory, 'operator-key'), 'tg_');
}

/** Signs and checks tokens where no JWT_SECRET is given. */
export function instanceJwtSecret(dataDir: string): Promise<string> {
  return keptSecret(join(dataDir, 'jwt-secret'));
}

async function keptSecret(path: string, prefix = ''): Promise<string> {
  const kept = await read(path);
  if (kept !== null) return kept;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const secret = prefix + randomBytes(BYTES).toString('base64url');
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // The name appears with the whole secret behind it, and only once: of two first starts the other one reads.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return (await read(path)) ?? secret;
}

async function read(path: string): Promise<string | null> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (text === '') throw new Error(`${path} is empty: delete it, and the next start makes another`);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
