/**
 * The operator's API key, which a local `npm start` has left for this command line (src/secrets/instance-secret.ts):
 * whoever may read the file owns the machine. It is sent to this machine only.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Null when there is none. `directory` is for tests. */
export function readOperatorKey(directory = join(homedir(), '.config', 'taskgrove')): string | null {
  try {
    return readFileSync(join(directory, 'operator-key'), 'utf8').trim() || null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // No server has been started here, or it was another user's.
    if (code === 'ENOENT' || code === 'EACCES') return null;
    throw error;
  }
}

export function isThisMachine(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}
