/** What the README shows of the TypeScript client runs as it stands there. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-readme-'));
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('prints the events of a run', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, shown = ''] = /```ts\n([\s\S]*?createClient[\s\S]*?)```/.exec(readme) ?? [];
  const program = shown
    .replace("'taskgrove/client'", JSON.stringify(join(ROOT, 'src', 'client', 'client.ts')))
    .replace('http://127.0.0.1:8000', server.url)
    .replace(/const headers = .*/, 'const headers = {};');
  expect(program).not.toBe(shown);
  const file = join(folder, 'shown.mts');
  await writeFile(file, program);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
  const types = stdout.trim().split('\n');
  expect(types).toContain('task_completed');
  expect(types.at(-1)).toBe('stream_end');
});
