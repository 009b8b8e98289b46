/** The ladder's programs, cheapest first: named, on PATH, in the cache, downloaded, built. Each is tried only when those before it failed. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { buildCli } from './build-cli.ts';
import { downloadCli, type FetchCliOptions } from './download-cli.ts';
import { withFileLock } from './file-lock.ts';
import { cachedCliPath, findOnPath, isExecutable, whyNotTemporalCli } from './find-cli.ts';
import { withProgress } from './with-progress.ts';

export interface CliSearch extends FetchCliOptions {
  /** TEMPORAL_CLI_PATH, or null. */
  readonly cliPath: string | null;
  readonly onProgress: (text: string) => void;
}

/** Yields programs that answered `--version`; `failures` collects a sentence for every way that did not work. */
export async function* cliCandidates(search: CliSearch, failures: string[]): AsyncGenerator<string> {
  if (search.cliPath !== null) {
    yield await namedCli(search, search.cliPath);
    return;
  }
  const present = [await findOnPath('temporal', search.environment['PATH']), cachedCliPath(search.cacheDir)];
  for (const path of present) {
    if (path === null || !(await isExecutable(path))) continue;
    const problem = await whyNotTemporalCli(path, search.environment);
    if (problem === null) yield path;
    else failures.push(problem);
  }
  const fetched = await fetchOnce(search, failures);
  if (fetched !== null) yield fetched;
}

/** What the operator named is used or complained about, never quietly replaced. */
async function namedCli(search: CliSearch, cliPath: string): Promise<string> {
  const path = /[\\/]/.test(cliPath) ? cliPath : await findOnPath(cliPath, search.environment['PATH']);
  const problem =
    path === null ? `${cliPath} is not on PATH` : await whyNotTemporalCli(path, search.environment);
  if (path === null || problem !== null) throw new AppError('unavailable', `TEMPORAL_CLI_PATH: ${problem}`);
  return path;
}

/** Two starts at once fetch it once: the second waits and finds it in the cache. */
async function fetchOnce(search: CliSearch, failures: string[]): Promise<string | null> {
  const cached = cachedCliPath(search.cacheDir);
  const hadBefore = await isExecutable(cached);
  const lock = join(search.cacheDir, 'fetch-cli.lock');
  return withFileLock(
    lock,
    async () => {
      if (!hadBefore && (await isExecutable(cached))) return cached;
      await removeLeftovers(search.cacheDir);
      return (await tryDownload(search, failures)) ?? (await tryBuild(search, failures));
    },
    () => search.onProgress('Another start is fetching the Temporal server: waiting for it'),
  );
}

/** What a killed download or build left: up to 200 MB each. Nobody else is fetching, we hold the lock. */
async function removeLeftovers(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => /^(download|build)-/.test(name));
  await Promise.all(names.map((name) => rm(join(cacheDir, name), { recursive: true, force: true })));
}

async function tryDownload(search: CliSearch, failures: string[]): Promise<string | null> {
  search.onProgress('No `temporal` program here yet: downloading it (about 60 MB, once)');
  try {
    return await withProgress('Downloading the Temporal server', search.onProgress, () =>
      downloadCli(search),
    );
  } catch (error) {
    search.signal?.throwIfAborted();
    failures.push(`Download: ${reason(error)}`);
    return null;
  }
}

async function tryBuild(search: CliSearch, failures: string[]): Promise<string | null> {
  const go = await findOnPath('go', search.environment['PATH']);
  if (go === null) {
    failures.push('Build: Go is not on PATH');
    return null;
  }
  search.onProgress('The download did not work: building the Temporal server with Go (2 to 3 minutes, once)');
  try {
    return await withProgress('Building the Temporal server with Go', search.onProgress, () =>
      buildCli(go, search),
    );
  } catch (error) {
    search.signal?.throwIfAborted();
    failures.push(`Build with Go: ${reason(error)}`);
    return null;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
