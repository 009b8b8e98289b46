/** The examples of docs/hooks.md, run as they stand there. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const page = new URL('../../docs/hooks.md', import.meta.url);
const contract = new URL('../../src/core/hook.ts', import.meta.url).href;
let server: TestServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-hooks-'));
  const blocks = (await readFile(page, 'utf8')).matchAll(/```ts\n\/\/ hooks\/(\S+)\n([\s\S]*?)```/g);
  const names: string[] = [];
  for (const [, name = '', text = ''] of blocks) {
    names.push(name);
    await writeFile(join(folder, name), text.replace('../src/core/hook.ts', contract));
  }
  expect(names).toEqual(['only-our-hosts.ts', 'note-large-results.ts']);
  server = await startTestServer({ env: { HOOKS_DIR: folder, DEMO_SLEEP_SCALE: '0' } });
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const fetchFrom = (url: string) => [{ name: url, schemas: { method: 'rest_executor' }, inputs: { url } }];

it('a host that is not listed is blocked with the words of the page', async () => {
  const answer = await server.call('tasks.execute', { tasks: fetchFrom('http://elsewhere.example/x') });
  expect(answer.success).toBe(false);
  const task = await server.call('tasks.get', { task_id: answer.root_task_id });
  const words = "Blocked by hook 'only-our-hosts': 'elsewhere.example' is not on our list";
  expect(task.error).toBe(words);
  expect(await readFile(page, 'utf8')).toContain(words);
});

it('a demo passes, and a large result is noted', async () => {
  const tasks = fetchFrom('http://elsewhere.example/x');
  const answer = await server.call('tasks.execute', { tasks, use_demo: true });
  expect(answer).toMatchObject({ success: true, demo_tasks: 1 });
  const events = await server.call('runs.events', { run_id: answer.run_id });
  const end = events.find(({ type }: { type: string }) => type === 'task-completed');
  expect(end.data.annotations).toEqual({ 'note-large-results': { characters: expect.any(Number) } });
});
