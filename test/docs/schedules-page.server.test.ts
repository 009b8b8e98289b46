/** The commands of docs/schedules.md, run by a shell as they stand there. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const page = new URL('../../docs/schedules.md', import.meta.url);
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
  const answers = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  expect(answers.filter((answer) => answer.error !== undefined && answer.error !== null)).toEqual([]);
  const [created, paused, listed, calendar, triggered, again] = answers;
  expect(created.result).toMatchObject({ id: 'morning-report', schedule_enabled: true });
  expect(created.result.next_run_at).not.toBeNull();
  expect(paused.result).toMatchObject({ schedule_enabled: false, next_run_at: null });
  expect(listed.result.map(({ id }: { id: string }) => id)).toEqual(['morning-report']);
  expect(calendar.result).toMatchObject({ task_count: 1 });
  expect(calendar.result.ical_content).toContain('X-WR-CALNAME:My tasks');
  expect(triggered).toMatchObject({ success: true, status: 'completed', task_id: 'morning-report' });
  expect(again.result).toMatchObject({ success: true, status: 'triggered' });
  expect(answers).toHaveLength(6);
});
