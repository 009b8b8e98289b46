/**
 * Gets the CLI by the Temporal SDK's own download. It runs in a process of its own: the SDK's runtime is a singleton
 * that the server must configure itself, and a download that hangs can be ended.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../core/errors.ts';
import { cachedCliPath } from './find-cli.ts';

/** Without a byte for so long there is no network, or none that lets us out. */
const STALL_MS = 8_000;

export interface FetchCliOptions {
  readonly cacheDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends a download or build at once. */
  readonly signal?: AbortSignal;
}

/** Downloads into the cache and returns the program's path. Throws `unavailable` with the reason. */
export async function downloadCli(options: FetchCliOptions): Promise<string> {
  await mkdir(options.cacheDir, { recursive: true });
  const folder = await mkdtemp(join(options.cacheDir, 'download-'));
  try {
    await runDownload(folder, options);
    const program = (await readdir(folder)).find((name) => name.startsWith('temporal'));
    if (program === undefined) throw new AppError('unavailable', 'the download left no program behind');
    const target = cachedCliPath(options.cacheDir);
    await mkdir(dirname(target), { recursive: true });
    await chmod(join(folder, program), 0o755);
    await rename(join(folder, program), target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runDownload(folder: string, options: FetchCliOptions): Promise<void> {
  const script = join(
    dirname(fileURLToPath(import.meta.url)),
    `sdk-download-process${extname(import.meta.url)}`,
  );
  const child = spawn(process.execPath, [script, folder], {
    env: options.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    killSignal: 'SIGKILL',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(-2_000);
  });
  const stopWatching = endWhenStalled(folder, () => {
    complaint = 'no data arrived';
    child.kill('SIGKILL');
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new AppError('unavailable', lastLine(complaint));
  } finally {
    stopWatching();
  }
}

function endWhenStalled(folder: string, onStall: () => void): () => void {
  let size = 0;
  let changedAt = Date.now();
  const timer = setInterval(async () => {
    const now = await folderSize(folder);
    if (now !== size) changedAt = Date.now();
    size = now;
    if (Date.now() - changedAt > STALL_MS) onStall();
  }, 500);
  return () => clearInterval(timer);
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (entry) => entry.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
