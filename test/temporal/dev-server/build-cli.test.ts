/** An interrupted start ends the build, with everything the build has started, and leaves nothing behind. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { buildCli } from '../../../src/temporal/dev-server/build-cli.ts';
import { cliCandidates } from '../../../src/temporal/dev-server/cli-candidates.ts';

const isThere = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A `go` that starts a compiler which would take ten minutes. */
async function slowGo(): Promise<{ folder: string; program: string; compilerPid: () => Promise<number> }> {
  const folder = await mkdtemp(join(tmpdir(), 'taskgrove-go-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const pidFile = join(folder, 'pid');
  const program = join(folder, 'go');
  await writeFile(
    program,
    `#!/bin/sh\n/bin/sleep 600 &\necho $! > ${pidFile}.new\n/bin/mv ${pidFile}.new ${pidFile}\nwait\n`,
  );
  await chmod(program, 0o755);
  const compilerPid = async () => {
    await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), { timeout: 5_000 });
    return Number(await readFile(pidFile, 'utf8'));
  };
  return { folder, program, compilerPid };
}

it('ends Go and its compilers when the start is interrupted', async () => {
  const { folder, program, compilerPid } = await slowGo();
  const cacheDir = join(folder, 'cache');
  await mkdir(cacheDir);
  const stop = new AbortController();
  const build = buildCli(program, { cacheDir, environment: {}, signal: stop.signal });
  const outcome = build.catch((error: unknown) => error);
  const pid = await compilerPid();
  expect(isThere(pid)).toBe(true);
  stop.abort();
  expect(await outcome).toMatchObject({ code: 'unavailable' });
  await vi.waitFor(() => expect(isThere(pid)).toBe(false), { timeout: 5_000 });
  expect((await readdir(cacheDir)).filter((name) => name.startsWith('build-'))).toEqual([]);
});

it('tries nothing else once interrupted', async () => {
  const { folder } = await slowGo();
  const search = {
    cliPath: null,
    cacheDir: join(folder, 'cache'),
    environment: { PATH: folder },
    signal: AbortSignal.abort(),
    onProgress: () => undefined,
  };
  const failures: string[] = [];
  await expect(cliCandidates(search, failures).next()).rejects.toMatchObject({ name: 'AbortError' });
  expect(failures).toEqual([]);
});
