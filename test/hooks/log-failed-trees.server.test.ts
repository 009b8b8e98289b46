/** The hook that comes with the server, switched on by its setting: what the log says of a tree that failed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { TASKGROVE_HOOKS: 'log-failed-trees' } });
});
afterAll(() => server?.stop());

it('writes one line for a tree that failed, and none for one that did not', async () => {
  const tree = (id: string, method: string) => [{ id, name: id, schemas: { method } }];
  await server.call('tasks.execute', { tasks: tree('fine', 'system_info_executor') });
  const { run_id } = await server.call('tasks.execute', { tasks: tree('broken', 'no_such_executor') });
  const lines = await vi.waitFor(async () => {
    const text = await readFile(join(server.dataDir, 'server.log'), 'utf8');
    const found = text.split('\n').filter((line) => line.includes('"hook":"log-failed-trees"'));
    expect(found).toHaveLength(1);
    return found.map((line) => JSON.parse(line));
  });
  expect(lines[0]).toMatchObject({
    msg: 'Tree failed',
    tree_id: 'broken',
    run_id,
    task_count: 1,
    demo_tasks: 0,
    error: expect.stringContaining('no_such_executor'),
  });
  expect(lines[0].user_id).not.toBe('');
});
