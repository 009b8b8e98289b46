/** Looks for programs that are already on this machine. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EXE = process.platform === 'win32' ? '.exe' : '';

/** Where a downloaded or built CLI lies. */
export function cachedCliPath(cacheDir: string): string {
  return join(cacheDir, 'bin', `temporal${EXE}`);
}

/** The first executable of that name on the PATH given, or null. */
export async function findOnPath(program: string, path: string | undefined): Promise<string | null> {
  for (const folder of (path ?? '').split(delimiter)) {
    const candidate = join(folder, `${program}${EXE}`);
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  return null;
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** null when the program is Temporal's CLI; else one sentence on why it cannot be used. */
export async function whyNotTemporalCli(
  path: string,
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  if (!(await isExecutable(path))) return `${path} is not an executable file`;
  try {
    const { stdout } = await run(path, ['--version'], { env: environment, timeout: 20_000 });
    return /temporal version/i.test(stdout) ? null : `${path} is not Temporal's command line program`;
  } catch (error) {
    return `${path} cannot be run: ${error instanceof Error ? error.message : String(error)}`;
  }
}
