/** Demo results need no network: they are made in a namespace that has none, not even loopback. */
import { execFile, execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('run-demos-process.ts', import.meta.url));
const executors = new URL('../../executors/', import.meta.url);

/** Null: this machine lets us. */
function whyNot(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are Linux only';
  try {
    execFileSync('unshare', ['-n', 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'unshare -n is not allowed here (it takes root)';
  }
}
const reason = whyNot();
if (reason !== null) console.warn(`Skipped: demo results without a network; ${reason}`);

it.skipIf(reason !== null)('every executor makes its demo result without a network', async () => {
  const { stdout } = await promisify(execFile)('unshare', ['-n', process.execPath, script]);
  const made = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const files = (await readdir(executors)).filter((name) => /^[^_].*\.ts$/.test(name));
  expect(made).toHaveLength(files.length);
  for (const one of made) expect(one).toEqual({ id: one.id, fits: true, attempts: 0 });
});
