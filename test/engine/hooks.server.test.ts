/** Hooks on a whole server: what they may do to tasks, what they are told of trees, and what they cannot break. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { planRun } from '../../src/core/task-tree/plan-run.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

/** Hooks run in this process: they leave what they saw here. */
const seen: string[] = [];
Object.assign(globalThis, { seenByHooks: seen });

const BY_NAME = `export default {
  id: 'by-name', description: 'Does what the task is called', timeoutMs: 300,
  beforeTask({ task, inputs }) {
    if (task.name === 'blocked') return { action: 'block', reason: 'not on a Saturday' };
    if (task.name === 'answered') return { action: 'answer', result: { by: 'hook', asked: inputs.resource } };
    if (task.name === 'canned') return { action: 'demo', reason: 'budget' };
    if (task.name === 'changed') return { action: 'inputs', inputs: { ...inputs, resource: 'memory' } };
    if (task.name === 'hung') return new Promise(() => {});
    if (task.name === 'mutated') inputs.resource = 'memory';
  },
  afterTask: ({ task, outcome }) => (task.name === 'noted' ? { annotations: { was: outcome.status } } : undefined),
};`;
const STRICT = `export default {
  id: 'strict', description: 'Must not fail', onFailure: 'closed', executors: ['system_info_executor', 'wait_executor'],
  beforeTask: ({ task }) => { if (task.name === 'unchecked') throw new Error('the policy service is away'); },
};`;
const WATCH = `const tell = (what) => (tree) =>
  void globalThis.seenByHooks.push([what, tree.treeId, tree.tasks.length, tree.demoTasks, tree.error ?? ''].join(' '));
export default { id: 'watch', description: 'Writes down what trees do', onTreeCreated: tell('created'),
  onTreeStarted: tell('started'), onTreeCompleted: tell('completed'), onTreeFailed: tell('failed'),
  onTreeCancelled: tell('cancelled') };`;

let server: TestServer;
let fake: FakeProvider;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-hooks-'));
  const files = { 'by-name.js': BY_NAME, 'strict.js': STRICT, 'watch.js': WATCH };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  fake = await startFakeProvider();
  server = await startTestServer({
    env: {
      HOOKS_DIR: folder,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: fake.baseUrl,
      LLM_FREE_TREE_MAX_CALLS: '2',
    },
  });
});
afterAll(async () => {
  await server?.stop();
  await fake?.stop();
  await rm(folder, { recursive: true, force: true });
});

const newId = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const one = (name: string, more: object = {}) => ({
  id: newId(name),
  name,
  schemas: { method: 'system_info_executor' },
  inputs: { resource: 'cpu' },
  ...more,
});
const llm = (name: string, more: object = {}) =>
  one(name, { schemas: { method: 'llm_executor' }, inputs: { prompt: 'hello there' }, ...more });

async function run(...tasks: { id: string }[]) {
  const answer = await server.call('tasks.execute', { tasks });
  const task = await server.call('tasks.get', { task_id: tasks[0]?.id });
  const events = await server.call('runs.events', { run_id: answer.run_id });
  return { answer, task, events };
}

describe('before a task', () => {
  it('a hook blocks it for good', async () => {
    const { answer, task } = await run(one('blocked'));
    expect(answer).toMatchObject({ success: false, tree_status: 'failed' });
    expect(task).toMatchObject({ status: 'failed', error: "Blocked by hook 'by-name': not on a Saturday" });
  });

  it('a hook answers in the place of the executor, and the event says who', async () => {
    const { answer, events } = await run(one('answered'));
    expect(answer).toMatchObject({ success: true, result: { by: 'hook', asked: 'cpu' }, demo_tasks: 0 });
    const end = events.find(({ type }: { type: string }) => type === 'task-completed');
    expect(end.data.annotations).toEqual({ 'by-name': { answered: true } });
  });

  it('a hook changes its inputs, and the task shows them', async () => {
    const { task } = await run(one('changed'));
    expect(task.inputs).toEqual({ resource: 'memory' });
    expect(task.result).toHaveProperty('total');
  });

  it('a hook makes it a demo, and says why', async () => {
    const root = one('canned');
    const { answer, events } = await run(root);
    expect(answer).toMatchObject({
      success: true,
      task_count: 1,
      demo_tasks: 1,
      result: { demo_mode: true },
    });
    const stored = await server.app.store.tasks.get(root.id);
    expect(stored?.demo).toEqual({ active: true, reason: 'budget' });
    expect(events.at(-1).data).toMatchObject({ task_count: 1, demo_tasks: 1 });
    expect(await server.call('runs.get', { run_id: answer.run_id })).toMatchObject({ demo_tasks: 1 });
  });

  it.each(['hung', 'mutated'])('a hook that is open and %s is passed over', async (name) => {
    const { answer, task } = await run(one(name));
    expect(answer.success).toBe(true);
    expect(task.inputs).toEqual({ resource: 'cpu' });
  });

  it('a hook that must not fail fails the task with a clear text', async () => {
    const { task } = await run(one('unchecked'));
    expect(task.error).toBe("Hook 'strict' failed at beforeTask: the policy service is away");
  });

  it('a task that would wait is blocked before it waits', async () => {
    const { task } = await run(
      one('unchecked', { schemas: { method: 'wait_executor' }, inputs: { seconds: 900 } }),
    );
    expect(task).toMatchObject({ status: 'failed', error: expect.stringContaining('policy service') });
  });

  it('members of a map are asked too', async () => {
    const items = {
      items: ['cpu', 'memory'],
      executor: 'system_info_executor',
      inputs: { resource: '{{item}}' },
    };
    const root = one('blocked', { schemas: { method: 'map_executor' }, inputs: items });
    expect((await run(root)).task.error).toContain('not on a Saturday');
  });
});

it('after a task, a hook notes what clients of the stream see', async () => {
  const { events } = await run(one('noted'));
  const end = events.find(({ type }: { type: string }) => type === 'task-completed');
  expect(end.data.annotations).toEqual({ 'by-name': { was: 'completed' } });
  const response = await fetch(`${server.url}/runs/${end.run_id}/events`);
  expect(await response.text()).toContain('"annotations":{"by-name":{"was":"completed"}}');
});

describe('trees', () => {
  const about = (id: string) => seen.filter((line) => line.includes(id)).map((line) => line.split(' ')[0]);

  it('are told from creation to the end, once', async () => {
    const root = one('parent');
    const child = one('child', { parent_id: root.id });
    const { answer } = await run(root, child);
    await vi.waitFor(() => expect(about(root.id)).toEqual(['created', 'started', 'completed']));
    expect(seen).toContain(`created ${root.id} 2  `);
    await server.call('tasks.execute', { task_id: root.id });
    await vi.waitFor(() => expect(about(root.id)).toHaveLength(5));
    expect(about(root.id).slice(3)).toEqual(['started', 'completed']);
    expect(answer.success).toBe(true);
  });

  it('that fail say why; many tasks start one tree', async () => {
    const root = one('root');
    const leaves = Array.from({ length: 12 }, (_, index) =>
      one(`leaf ${index}`, {
        parent_id: root.id,
        schemas: { method: 'llm_executor' },
        inputs: { prompt: 'hi', provider: 'demo' },
      }),
    );
    const broken = one('blocked', { parent_id: root.id });
    await run({ ...root, dependencies: [broken.id] } as never, ...leaves, broken);
    await vi.waitFor(() => expect(about(root.id)).toEqual(['created', 'started', 'failed']));
    expect(seen.at(-1)).toMatch(/^failed .* 0 12 .*not on a Saturday/);
  });

  it('that are cancelled say so', async () => {
    const root = one('waits', { schemas: { method: 'wait_executor' }, inputs: { seconds: 900 } });
    await server.call('tasks.execute', { tasks: [root], wait_seconds: 0 });
    await vi.waitFor(() => expect(about(root.id)).toContain('started'));
    await server.call('tasks.cancel', { task_ids: [root.id] });
    await vi.waitFor(() => expect(about(root.id)).toEqual(['created', 'started', 'cancelled']));
  });

  it('whose workflow was terminated by hand say so, by the repair', async () => {
    const root = one('waits', { schemas: { method: 'wait_executor' }, inputs: { seconds: 900 } });
    const { run_id } = await server.call('tasks.execute', { tasks: [root], wait_seconds: 0 });
    await vi.waitFor(() => expect(about(root.id)).toContain('started'));
    const { workflow_id } = await server.call('runs.get', { run_id });
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const client = new Client({ connection, namespace: server.namespace });
    await client.workflow.getHandle(workflow_id).terminate('by hand');
    await connection.close();
    await vi.waitFor(async () => {
      await server.app.engine.reconciler.round(0);
      expect(about(root.id)).toEqual(['created', 'started', 'cancelled']);
    });
  });

  it('stored without being run are created, also by a copy', async () => {
    const root = one('stored');
    await server.call('tasks.create', root);
    const copy = await server.call('tasks.clone', { task_id: root.id });
    await vi.waitFor(() => expect(about(copy.id)).toEqual(['created']));
    expect(about(root.id)).toEqual(['created']);
  });
});

describe('models', () => {
  it('are not asked when the run was accepted without quota for them', async () => {
    const root = llm('over quota');
    const plain = one('plain', { parent_id: root.id });
    await server.call('tasks.create', [root, plain]);
    const askedBefore = fake.calls.length;
    const task = await runWithOptions(root.id, { llmDemo: { reason: 'llm_quota_exceeded' } });
    expect(task?.demo).toEqual({ active: true, reason: 'llm_quota_exceeded' });
    expect(task?.result).toMatchObject({ demo_mode: true });
    expect((await server.app.store.tasks.get(plain.id))?.demo).toBeNull();
    expect(fake.calls).toHaveLength(askedBefore);
    const [last] = await server.call('runs.list', { task_id: root.id });
    expect(last).toMatchObject({ demo_tasks: 1, task_count: 2 });
  });

  it("take only their share of the server's key in a free tree", async () => {
    const tasks = ['first', 'second', 'third', 'fourth'].map((name) => llm(name));
    const chain = tasks.map((task, index) => ({
      ...task,
      dependencies: index === 0 ? [] : [tasks[index - 1]?.id],
      parent_id: index === 3 ? null : tasks[3]?.id,
    }));
    const askedBefore = fake.calls.length;
    const { answer } = await run(...chain.reverse());
    expect(fake.calls).toHaveLength(askedBefore + 2);
    expect(answer).toMatchObject({ success: true, task_count: 4, demo_tasks: 2 });
    const stored = await server.app.store.tasks.getMany(tasks.map(({ id }) => id));
    const reasons = tasks.map(({ id }) => stored.find((task) => task.id === id)?.demo?.reason ?? null);
    expect(reasons).toEqual([null, null, 'free_tree_llm_limit', 'free_tree_llm_limit']);
  });

  it('asked beyond that within one task answer with demo text', async () => {
    const inputs = { items: ['a', 'b', 'c', 'd'], executor: 'llm_executor', inputs: { prompt: '{{item}}' } };
    const askedBefore = fake.calls.length;
    const { answer } = await run(one('many', { schemas: { method: 'map_executor' }, inputs }));
    expect(fake.calls).toHaveLength(askedBefore + 2);
    expect(answer).toMatchObject({ success: true, demo_tasks: 1 });
  });
});

it('hooks are measured', async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  expect(text).toMatch(/taskgrove_hook_calls_total\{hook="by-name",point="beforeTask",outcome="ok"\} \d+/);
  expect(text).toMatch(/outcome="timeout"\} [1-9]/);
  expect(text).toContain('taskgrove_hook_duration_seconds_count{hook="watch",point="onTreeStarted"}');
});

/** Accepts and starts a run as the API does, with options of our own. */
async function runWithOptions(rootId: string, options: JsonObject) {
  const { store, engine } = server.app;
  const tree = await store.tasks.tree(rootId);
  const { plan } = planRun({
    tree,
    targetId: rootId,
    fresh: true,
    useDemo: false,
    executor: (id) => {
      const executor = engine.registry.find(id);
      return executor === undefined ? undefined : { ...executor, batchable: executor.batchable === true };
    },
  });
  const { run: accepted } = await store.runs.accept({
    runId: randomUUID(),
    rootTaskId: rootId,
    targetTaskId: rootId,
    userId: tree[0]?.user_id ?? '',
    useDemo: false,
    plan,
    carried: [],
    options,
    events: [],
  });
  const known = { options, tasks: tree, carried: [] };
  await engine.engine.start({
    run: accepted,
    plan,
    title: 'options',
    planName: 'free',
    executors: [],
    known,
  });
  await engine.engine.wait(accepted, 20_000);
  return store.tasks.get(rootId);
}
