/** The engine end to end: real server, real Temporal, real database; tasks that the test holds back and lets go. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type SlowService, startSlowService } from '../support/slow-service.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
let service: SlowService;

beforeAll(async () => {
  [server, service] = await Promise.all([startTestServer(), startSlowService()]);
});
afterAll(async () => {
  await server?.stop();
  await service?.stop();
});

const id = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const info = (taskId: string, extra: object = {}) => ({
  id: taskId,
  name: taskId,
  schemas: { method: 'system_info_executor' },
  inputs: { resource: 'cpu' },
  ...extra,
});
const call = (taskId: string, path: string, extra: object = {}) => ({
  id: taskId,
  name: taskId,
  schemas: { method: 'rest_executor' },
  inputs: { url: `${service.url}${path}` },
  ...extra,
});
const gather = (taskId: string, dependencies: unknown[]) => ({
  id: taskId,
  name: taskId,
  schemas: { method: 'aggregate_results_executor' },
  dependencies,
});
const statusOf = async (taskId: string) => (await server.call('tasks.get', { task_id: taskId })).status;
const activeRun = async (taskId: string) => {
  const [run] = await server.call('runs.list', { task_id: taskId, limit: 1 });
  return run;
};

describe('a tree that succeeds', () => {
  it('runs when its root was deleted and made again with the same id, however often', async () => {
    const root = id('again');
    const runIds = new Set<string>();
    for (const workflowNumber of [1, 2, 4]) {
      await server.call('tasks.create', [info(root)]);
      const answer = await server.call('tasks.execute', { task_id: root });
      expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
      const run = await server.call('runs.get', { run_id: answer.run_id });
      expect(run).toMatchObject({ status: 'completed', number: workflowNumber });
      runIds.add(answer.run_id);
      // Only what is pending may be deleted.
      await server.call('tasks.update', { task_id: root, status: 'pending' });
      await server.call('tasks.delete', { task_id: root });
    }
    expect(runIds.size).toBe(3);
  });

  it('is started by the reconciler when another run had its workflow id', async () => {
    const root = id('lost');
    await server.call('tasks.execute', { tasks: [info(root)] });
    const plan = (await server.app.store.runs.list({ taskId: root, limit: 1, offset: 0 }))[0];
    const context = await server.app.store.runs.context(plan?.run_id ?? '');
    if (context === null) throw new Error('The run has no context');
    await server.app.store.tasks.delete([root]);
    await server.call('tasks.create', [info(root)]);
    // As after a kill between the acceptance and the start.
    const runId = randomUUID();
    const { run, plan: tasks, options } = context;
    await server.app.store.runs.accept({
      runId,
      rootTaskId: root,
      targetTaskId: root,
      userId: run.user_id,
      useDemo: false,
      plan: tasks,
      carried: [],
      options,
      events: [],
    });
    // The server's own round may come first; nobody else starts it.
    expect(await server.app.engine.reconciler.round(0)).toMatchObject({ ended: 0 });
    await vi.waitFor(
      async () => expect((await server.app.store.runs.get(runId))?.status).toBe('completed'),
      10_000,
    );
  });

  it('runs children before the parent and injects results', async () => {
    const [root, a, b] = [id('root'), id('a'), id('b')];
    const answer = await server.call('tasks.execute', {
      tasks: [
        gather(root, [a, b]),
        info(a, { parent_id: root }),
        call(b, '/now/b', { parent_id: root, dependencies: [a] }),
      ],
    });
    expect(answer).toMatchObject({
      success: true,
      root_task_id: root,
      status: 'started',
      tree_status: 'completed',
    });
    expect(answer.result.results[b].json).toEqual({ path: '/now/b' });
    const task = await server.call('tasks.get', { task_id: b });
    expect(task.inputs[a]).toMatchObject({ system: expect.any(String) });
    expect(task.status).toBe('completed');
  });

  it('runs a task that only groups', async () => {
    const [root, a] = [id('root'), id('a')];
    const answer = await server.call('tasks.execute', {
      tasks: [{ id: root, name: 'g' }, info(a, { parent_id: root })],
    });
    expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
  });
});

describe('a tree that fails', () => {
  it('skips dependants with the reason and fails the root', async () => {
    const [root, bad, after] = [id('root'), id('bad'), id('after')];
    const answer = await server.call('tasks.execute', {
      tasks: [
        gather(root, [bad]),
        info(bad, { parent_id: root, inputs: { resource: 'nonsense' } }),
        info(after, { parent_id: root, dependencies: [bad] }),
      ],
    });
    expect(answer).toMatchObject({ success: false, tree_status: 'failed' });
    expect(await statusOf(after)).toBe('skipped');
    const task = await server.call('tasks.get', { task_id: root });
    expect(task.status).toBe('failed');
    expect(task.error).toContain(bad);
    const handle = server.app.engine;
    expect(handle).toBeDefined();
  });

  it('stands when only an optional task failed', async () => {
    const [root, bad, ok] = [id('root'), id('bad'), id('ok')];
    const answer = await server.call('tasks.execute', {
      tasks: [
        gather(root, [{ id: bad, required: false }, ok]),
        info(bad, { parent_id: root, inputs: { resource: 'nonsense' } }),
        info(ok, { parent_id: root }),
      ],
    });
    expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
    expect(Object.keys(answer.result.results)).toEqual([ok]);
  });

  it('continues from what failed when executed again', async () => {
    const [root, flaky, ok] = [id('root'), id('flaky'), id('ok')];
    const path = `/now-${flaky}`;
    service.release(path, 200);
    const tasks = [
      gather(root, [flaky, ok]),
      info(flaky, { parent_id: root, inputs: { resource: 'nonsense' } }),
      call(ok, path, { parent_id: root }),
    ];
    expect(await server.call('tasks.execute', { tasks })).toMatchObject({ success: false });
    await server.call('tasks.update', { task_id: flaky, inputs: { resource: 'cpu' } });
    expect(await server.call('tasks.execute', { task_id: root })).toMatchObject({ success: true });
    expect(service.seen.get(path)).toBe(1);
  });
});

describe('policies', () => {
  it('retries as often as the policy allows and keeps one idempotency key', async () => {
    const root = id('root');
    const answer = await server.call('tasks.execute', {
      tasks: [
        {
          ...call(root, '', {}),
          inputs: { url: 'http://127.0.0.1:9/nothing', timeout: 1 },
          policy: { max_attempts: 3, backoff_ms: 10 },
        },
      ],
    });
    expect(answer).toMatchObject({ success: false, tree_status: 'failed' });
    const events = await server.call('runs.events', { run_id: answer.run_id });
    expect(JSON.stringify(events).match(/task-retried|task_retry/g)?.length ?? 0).toBe(2);
  });

  it('ends a task at its time limit', async () => {
    const root = id('root');
    const answer = await server.call('tasks.execute', {
      tasks: [{ ...call(root, `/hold-${root}`), policy: { timeout_ms: 300 } }],
    });
    expect(answer).toMatchObject({ success: false });
    expect(answer.error).toContain('300 ms');
  });
});

describe('steering a run', () => {
  it('cancels within a second and stays cancelled', async () => {
    const root = id('root');
    const path = `/hold-${root}`;
    await server.call('tasks.execute', { tasks: [call(root, path)], wait_seconds: 0 });
    await service.arrived(path);
    const startedMs = performance.now();
    const [answer] = await server.call('tasks.cancel', { task_ids: [root] });
    expect(answer).toMatchObject({ task_id: root, status: 'cancelled' });
    await vi.waitFor(async () => expect(await statusOf(root)).toBe('cancelled'), {
      timeout: 5_000,
      interval: 20,
    });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await vi.waitFor(() => expect(service.aborted).toContain(path), { timeout: 5_000 });
    service.release(path);
    expect(await statusOf(root)).toBe('cancelled');
  });

  it('cancels one task: its dependants are skipped, the rest goes on', async () => {
    const [root, slow, after, other] = [id('root'), id('slow'), id('after'), id('other')];
    const path = `/hold-${slow}`;
    const execution = server.call('tasks.execute', {
      tasks: [
        gather(root, [{ id: slow, required: false }, other]),
        call(slow, path, { parent_id: root }),
        info(after, { parent_id: root, dependencies: [{ id: slow, required: true }] }),
        info(other, { parent_id: root }),
      ],
    });
    await service.arrived(path);
    await server.call('tasks.cancel', { task_ids: [slow] });
    await execution;
    expect(await statusOf(slow)).toBe('cancelled');
    expect(await statusOf(after)).toBe('skipped');
    expect(await statusOf(other)).toBe('completed');
  });

  it('pauses, resumes, and says so', async () => {
    const [root, slow, after] = [id('root'), id('slow'), id('after')];
    const path = `/hold-${slow}`;
    const execution = server.call('tasks.execute', {
      tasks: [
        gather(root, [after]),
        call(slow, path, { parent_id: root }),
        info(after, { parent_id: root, dependencies: [slow] }),
      ],
    });
    await service.arrived(path);
    const run = await activeRun(root);
    await server.call('runs.pause', { run_id: run.run_id });
    expect((await server.call('runs.get', { run_id: run.run_id })).status).toBe('paused');
    service.release(path);
    await vi.waitFor(async () => expect(await statusOf(slow)).toBe('completed'), { timeout: 10_000 });
    expect(await statusOf(after)).toBe('pending');
    await server.call('runs.resume', { run_id: run.run_id });
    expect(await execution).toMatchObject({ success: true, tree_status: 'completed' });
  });

  it('retries one failed task while the run goes on', async () => {
    const [root, bad, slow] = [id('root'), id('bad'), id('slow')];
    const [badPath, slowPath] = [`/hold-${bad}`, `/hold-${slow}`];
    const execution = server.call('tasks.execute', {
      tasks: [
        gather(root, [bad, slow]),
        { ...call(bad, badPath, { parent_id: root }), policy: { timeout_ms: 300 } },
        call(slow, slowPath, { parent_id: root }),
      ],
    });
    await vi.waitFor(async () => expect(await statusOf(bad)).toBe('failed'), { timeout: 10_000 });
    service.release(badPath);
    const run = await activeRun(root);
    await server.call('runs.retry', { run_id: run.run_id, task_id: bad });
    await vi.waitFor(async () => expect(await statusOf(bad)).toBe('completed'), { timeout: 10_000 });
    service.release(slowPath);
    expect(await execution).toMatchObject({ success: true, tree_status: 'completed' });
  });

  it('re-runs from a task, keeping other results', async () => {
    const [root, a, b, slow] = [id('root'), id('a'), id('b'), id('slow')];
    const [aPath, bPath, slowPath] = [`/now-${a}`, `/now-${b}`, `/hold-${slow}`];
    const execution = server.call('tasks.execute', {
      tasks: [
        gather(root, [b, slow]),
        call(a, aPath, { parent_id: root }),
        call(b, bPath, { parent_id: root, dependencies: [a] }),
        call(slow, slowPath, { parent_id: root }),
      ],
    });
    await vi.waitFor(async () => expect(await statusOf(b)).toBe('completed'), { timeout: 10_000 });
    const run = await activeRun(root);
    await server.call('runs.rerun', { run_id: run.run_id, task_id: b });
    await vi.waitFor(() => expect(service.seen.get(bPath)).toBe(2), { timeout: 10_000 });
    service.release(slowPath);
    expect(await execution).toMatchObject({ success: true });
    expect(service.seen.get(aPath)).toBe(1);
  });

  it('refuses what makes no sense with a conflict', async () => {
    const root = id('root');
    const answer = await server.call('tasks.execute', { tasks: [info(root)] });
    const { status, body } = await server.rpc('runs.pause', { run_id: answer.run_id });
    expect(status).toBe(409);
    expect(body.error.code).toBe(-32009);
  });
});

describe('waiting', () => {
  it('waits for a time and for a decision', async () => {
    const [root, nap, ask] = [id('root'), id('nap'), id('ask')];
    const execution = server.call('tasks.execute', {
      tasks: [
        gather(root, [nap, ask]),
        {
          id: nap,
          name: nap,
          parent_id: root,
          schemas: { method: 'wait_executor' },
          inputs: { seconds: 0.2 },
        },
        {
          id: ask,
          name: ask,
          parent_id: root,
          schemas: { method: 'approval_executor' },
          inputs: { prompt: 'Go on?' },
        },
      ],
    });
    await vi.waitFor(async () => expect(await statusOf(nap)).toBe('completed'), { timeout: 10_000 });
    const waiting = await server.call('tasks.get', { task_id: ask });
    expect(waiting).toMatchObject({ status: 'in_progress', wait: { kind: 'approval' } });
    const run = await activeRun(root);
    await server.call('runs.approve', { run_id: run.run_id, task_id: ask });
    const answer = await execution;
    expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
    expect(answer.result.results[ask]).toMatchObject({ approved: true });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/taskgrove_tasks_total\{executor="wait_executor",status="completed"\} [1-9]/);
    expect(metrics).toMatch(/taskgrove_tasks_total\{executor="approval_executor",status="completed"\} [1-9]/);
  });

  it('fails a rejected task', async () => {
    const root = id('root');
    const execution = server.call('tasks.execute', {
      tasks: [
        { id: root, name: root, schemas: { method: 'approval_executor' }, inputs: { prompt: 'Go on?' } },
      ],
    });
    await vi.waitFor(
      async () => expect((await server.call('tasks.get', { task_id: root }))?.wait?.kind).toBe('approval'),
      {
        timeout: 10_000,
      },
    );
    const run = await activeRun(root);
    await server.call('runs.reject', { run_id: run.run_id, task_id: root, comment: 'no' });
    expect(await execution).toMatchObject({ success: false, tree_status: 'failed' });
  });
});

describe('one run per root', () => {
  it('answers already_running to a second execute', async () => {
    const root = id('root');
    const path = `/hold-${root}`;
    const execution = server.call('tasks.execute', { tasks: [call(root, path)] });
    await service.arrived(path);
    const second = await server.call('tasks.execute', { task_id: root });
    expect(second).toMatchObject({ success: false, root_task_id: root, status: 'already_running' });
    service.release(path);
    expect(await execution).toMatchObject({ success: true });
  });
});

describe('large trees', () => {
  it('runs 2,000 tasks in batches with few history events', async () => {
    const root = id('big');
    const leaves = Array.from({ length: 2_000 }, (_, number) => ({
      id: `${root}-${number}`,
      name: `leaf ${number}`,
      parent_id: root,
      schemas: { method: 'map_executor' },
      inputs: { items: [number], executor: 'system_info_executor', inputs: { resource: 'cpu' } },
    }));
    const answer = await server.call('tasks.execute', {
      tasks: [{ id: root, name: root }, ...leaves],
      wait_seconds: 50,
    });
    expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
    const counts = (await server.call('tasks.tree', { task_id: root })).children.map(
      (child: { task: { status: string } }) => child.task.status,
    );
    expect(counts.every((status: string) => status === 'completed')).toBe(true);
  });
});
