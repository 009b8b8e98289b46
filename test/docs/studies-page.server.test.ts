/** The commands of docs/studies.md, run by a shell as they stand there, on a server without a key. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const page = new URL('../../docs/studies.md', import.meta.url);
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

it('all of them work', async () => {
  const text = await readFile(page, 'utf8');
  const script = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map(([, block = '']) => block.replaceAll('http://127.0.0.1:8000', server.url))
    .join('\necho\n')
    // Each answer on a line of its own.
    .replaceAll(/^curl /gm, 'echo; curl ');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
  const parts = stdout.split(/\n(?=\{)/).map((part) => part.trim());
  const answers = parts.filter((part) => part.startsWith('{')).map((part) => JSON.parse(part));
  const [simulated, rpc, shown, exported, deleted, reported] = answers;
  expect(simulated.study).toMatchObject({
    status: 'completed',
    demo: { active: true, reason: 'no_llm_key' },
  });
  expect(simulated.study.conversation).toHaveLength(6);
  expect(rpc.result.study).toMatchObject({ status: 'completed' });
  expect(shown.study_id).toBe(rpc.result.study_id);
  expect(exported).toEqual(shown);
  expect(deleted).toEqual({ deleted: 204 });
  expect(reported).toMatchObject({ status: 'completed', report: { quotes: expect.any(Array) } });
  expect(answers).toHaveLength(6);
});
