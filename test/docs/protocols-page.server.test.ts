/** The commands of docs/protocols.md that ask the server, run by a shell as they stand there. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

it('messages of both versions run', async () => {
  const page = await readFile(new URL('../../docs/protocols.md', import.meta.url), 'utf8');
  const script = [...page.matchAll(/```sh\n(curl[\s\S]*?)```/g)]
    .map(([, block = '']) => block.replaceAll('http://127.0.0.1:8000', server.url))
    .join('\n')
    // Each answer on a line of its own.
    .replaceAll(/^curl /gm, 'echo; curl ');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
  const [tree, words, old, ...others] = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const completed = { status: { state: 'TASK_STATE_COMPLETED' } };
  expect(tree.result.task).toMatchObject({
    ...completed,
    artifacts: [{ parts: [{ data: { cores: expect.any(Number) } }] }],
  });
  expect(words.result.task).toMatchObject(completed);
  const said = { kind: 'data', data: { protocol: 'a2a', status: 'completed', progress: 1, task_count: 1 } };
  expect(old.result).toMatchObject({
    kind: 'task',
    history: [{ kind: 'message', role: 'user', messageId: 'm3' }],
    status: { state: 'completed', message: { role: 'agent', parts: [said] } },
  });
  expect(others).toEqual([]);
});
