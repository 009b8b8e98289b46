/** Builds the CLI with Go: the way that works where only package registries can be reached. Two to three minutes, once. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { FetchCliOptions } from './download-cli.ts';
import { cachedCliPath } from './find-cli.ts';

const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Builds into the cache and returns the program's path. Throws `unavailable` with Go's last words. */
export async function buildCli(goProgram: string, options: FetchCliOptions): Promise<string> {
  const target = cachedCliPath(options.cacheDir);
  await mkdir(dirname(target), { recursive: true });
  // Built beside its place and moved in one step: nobody ever starts half a program.
  const folder = await mkdtemp(join(options.cacheDir, 'build-'));
  try {
    await goInstall(goProgram, { ...options.environment, GOBIN: folder }, options.signal);
    await rename(join(folder, basename(target)), target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function goInstall(
  goProgram: string,
  environment: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(goProgram, ['install', '-ldflags', '-s -w', MODULE], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: Go's compilers end with it.
    detached: true,
  });
  // A start that is interrupted must not leave a compiler running for minutes.
  const endGroup = () => killGroup(child.pid);
  process.once('exit', endGroup);
  signal?.addEventListener('abort', endGroup, { once: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(-2_000);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0)
      throw new AppError('unavailable', complaint.trim().split('\n').at(-1) || `go ended with ${code}`);
  } finally {
    process.off('exit', endGroup);
    signal?.removeEventListener('abort', endGroup);
  }
}

/** What it builds is thrown away anyway, so there is nothing to be polite about. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
