/** Which program the ladder offers, in which order, and what it says of those that will not do. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildCli } from '../../../src/temporal/dev-server/build-cli.ts';
import { cliCandidates } from '../../../src/temporal/dev-server/cli-candidates.ts';

const CLI = '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1)"\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'taskgrove-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), 0o755);
  return join(folder, path);
}

function search(cliPath: string | null = null) {
  const environment = { PATH: `${join(folder, 'path')}:/usr/bin:/bin` };
  return { cliPath, cacheDir: join(folder, 'cache'), environment, onProgress: () => undefined };
}

it('offers the one on PATH before the one in the cache', async () => {
  const onPath = program('path/temporal', CLI);
  const cached = program('cache/bin/temporal', CLI);
  const offered: string[] = [];
  for await (const path of cliCandidates(search(), [])) {
    offered.push(path);
    if (offered.length === 2) break;
  }
  expect(offered).toEqual([onPath, cached]);
});

it('passes over a program of that name that is something else', async () => {
  program('path/temporal', '#!/bin/sh\necho "a time machine"\n');
  const cached = program('cache/bin/temporal', CLI);
  const failures: string[] = [];
  const first = await cliCandidates(search(), failures).next();
  expect(first.value).toBe(cached);
  expect(failures).toEqual([expect.stringContaining("is not Temporal's command line program")]);
});

it('uses the named one and nothing else', async () => {
  program('path/temporal', CLI);
  const named = program('mine/tool', CLI);
  expect((await cliCandidates(search(named), []).next()).value).toBe(named);
  const missing = cliCandidates(search(join(folder, 'nowhere')), []).next();
  await expect(missing).rejects.toThrow(/TEMPORAL_CLI_PATH: .*nowhere is not an executable file/);
});

it('finds a named program without a folder on PATH', async () => {
  const onPath = program('path/temporal-next', CLI);
  expect((await cliCandidates(search('temporal-next'), []).next()).value).toBe(onPath);
});

it('builds with Go into its place in one step', async () => {
  const go = program('path/go', `#!/bin/sh\necho "$@" > "$GOBIN/temporal"\n`);
  const { environment, cacheDir } = search();
  const built = await buildCli(go, { environment, cacheDir });
  expect(built).toBe(join(cacheDir, 'bin', 'temporal'));
  expect(existsSync(built)).toBe(true);
});

it('gives the last words of a build that failed', async () => {
  const go = program('path/go', '#!/bin/sh\necho "no required module" >&2\nexit 1\n');
  const { environment, cacheDir } = search();
  await expect(buildCli(go, { environment, cacheDir })).rejects.toThrow('no required module');
  expect(existsSync(join(cacheDir, 'bin', 'temporal'))).toBe(false);
});
