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
    await goInstall(goProgram, { ...options.environment, GOBIN: folder });
    await rename(join(folder, basename(target)), target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function goInstall(goProgram: string, environment: Record<string, string>): Promise<void> {
  const child = spawn(goProgram, ['install', '-ldflags', '-s -w', MODULE], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // A start that is interrupted must not leave a compiler running for minutes.
  const endChild = () => child.kill('SIGTERM');
  process.once('exit', endChild);
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
      throw new AppError('unavailable', complaint.trim().split('\n').at(-1) ?? `go ended with ${code}`);
  } finally {
    process.off('exit', endChild);
  }
}
