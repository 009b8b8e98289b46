/** The Python client's own tests, against a real server. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const CLIENT = new URL('../../clients/python/', import.meta.url).pathname;
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

it.skipIf(spawnSync('python3', ['--version']).status !== 0)(
  'passes its own tests',
  async () => {
    const { code, output } = await run('python3', ['tests/test_client.py'], {
      TASKGROVE_URL: server.url,
      PYTHONPATH: 'src',
      PYTHONDONTWRITEBYTECODE: '1',
    });
    expect(output).toMatch(/Ran 1\d tests[\s\S]*\nOK\n$/);
    expect(code).toBe(0);
  },
  60_000,
);

async function run(program: string, args: string[], env: Record<string, string>) {
  const child = spawn(program, args, { cwd: CLIENT, env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
