/** The demo tree of every executor: set up once per user, named as existing clients know it, and able to run. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { DEMO_SLEEP_SCALE: '0' } });
});
afterAll(() => server?.stop());

type User = { readonly 'user-agent': string };
const user = (name: string): User => ({ 'user-agent': `test/${name}` });

// biome-ignore lint/suspicious/noExplicitAny: answers are read as clients do, field by field
async function http(method: 'GET' | 'POST', path: string, who: User): Promise<any> {
  const response = await fetch(`${server.url}/api/demo/tasks/${path}`, { method, headers: who });
  expect(response.status).toBe(200);
  return response.json();
}
const status = (who: User) => http('GET', 'init-status', who);
const init = (who: User) => http('POST', 'init-executors', who);
const all = () => server.app.engine.registry.all();

it('says what is missing, makes it, and then has nothing left to do', async () => {
  const who = user('first');
  const ids = all()
    .map(({ id }) => id)
    .sort();
  expect(await status(who)).toEqual({
    success: true,
    can_init: true,
    total_executors: ids.length,
    existing_executors: [],
    missing_executors: ids,
    executor_details: Object.fromEntries(
      all().map(({ id, name }) => [id, { id, name, has_demo_task: false }]),
    ),
    message: `Demo init can be performed. ${ids.length} executors need demo tasks.`,
  });
  const made = await init(who);
  expect(made).toMatchObject({
    success: true,
    // system_info_executor has a parent and three children.
    created_count: ids.length + 3,
    message: `Executor demo tasks initialized successfully. Created ${ids.length + 3} tasks.`,
  });
  expect(new Set(made.task_ids).size).toBe(ids.length + 3);
  expect(made.task_ids.every((id: string) => id.startsWith('demo_executor_'))).toBe(true);
  expect(await status(who)).toMatchObject({
    can_init: false,
    existing_executors: ids,
    missing_executors: [],
    message: `All ${ids.length} executors already have demo tasks.`,
  });
  expect(await init(who)).toEqual({
    success: true,
    created_count: 0,
    task_ids: [],
    message: 'No executor demo tasks were created (no executors found)',
  });
});

it('is every user their own, also when all ask at the same time', async () => {
  const who = ['a', 'b', 'a', 'b', 'a'].map(user);
  const made = await Promise.all(who.map(init));
  const ids: string[] = made.flatMap(({ task_ids }) => task_ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(2 * (all().length + 3));
});

it('a tree that was deleted can be made again', async () => {
  const who = user('deletes');
  const { task_ids } = await init(who);
  const rest = task_ids.find((id: string) => id.endsWith('rest-executor'));
  expect((await server.rpc('tasks.delete', { task_id: rest }, who)).body.result.success).toBe(true);
  expect((await status(who)).missing_executors).toEqual(['rest_executor']);
  expect((await init(who)).task_ids).toEqual([rest]);
});

it('tells the truth about what would run, and everything runs as a demo', async () => {
  const who = user('runs');
  await init(who);
  const listed = await server.rpc('tasks.list', { root_only: true, limit: 100 }, who);
  const roots: { id: string; name: string; schemas: Record<string, unknown> }[] = listed.body.result;
  expect(roots).toHaveLength(all().length);
  const of = (method: string) => roots.find(({ schemas }) => schemas['method'] === method);
  expect(of('rest_executor')).toMatchObject({
    name: 'Demo: REST API Executor',
    priority: 2,
    schemas: { method: 'rest_executor', demo_runnable: true, demo_requirements: null },
  });
  const off = { demo_runnable: false, demo_requirements: expect.stringContaining('TASKGROVE_ALLOW_COMMAND') };
  expect(of('command_executor')?.schemas).toMatchObject(off);
  expect(of('llm_executor')?.schemas).toMatchObject({
    demo_runnable: false,
    demo_requirements: expect.stringContaining('OPENAI_API_KEY'),
  });
  expect(of('system_info_executor')).toMatchObject({
    name: 'Demo: System Info Executor (Aggregate)',
    has_children: true,
    dependencies: [0, 1, 2].map((index) => ({
      id: expect.stringMatching(`child_${index}$`),
      required: true,
    })),
    inputs: { _demo_runnable: true, _demo_requirements: null },
  });
  for (const { id, schemas } of roots) {
    const { body } = await server.rpc('tasks.execute', { task_id: id, use_demo: true }, who);
    const tasks = schemas['method'] === 'system_info_executor' ? 4 : 1;
    expect([id, body.result.tree_status, body.result.task_count, body.result.demo_tasks]).toEqual([
      id,
      'completed',
      tasks,
      tasks,
    ]);
    expect(body.result.result).toMatchObject({ demo_mode: true });
  }
});
