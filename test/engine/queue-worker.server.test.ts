/** A worker of a named queue as a process of its own, without database or secret, beside a whole server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WORKER_CALLS_PATH } from '../../src/core/worker-protocol.ts';
import { freePort, ServerProcess } from '../support/server-process.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const WORKER_TOKEN = 'a token for the workers of the tests, long enough';
const QUEUE = 'pi-kitchen';

let server: TestServer;
let worker: ServerProcess;
let dataDir: string;
beforeAll(async () => {
  server = await startTestServer({ env: { WORKER_TOKEN } });
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-queue-'));
  worker = new ServerProcess({
    dataDir,
    port: await freePort(),
    env: {
      ROLE: 'worker',
      WORKER_QUEUE: QUEUE,
      WORKER_TOKEN,
      API_URL: server.url,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: server.namespace,
      TASKGROVE_ALLOW_COMMAND: 'true',
      TASKGROVE_COMMAND_WHITELIST: 'hostname,sleep',
    },
  });
});
afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
});

const onQueue = { policy: { task_queue: QUEUE } };
const execute = (tasks: object[], waitSeconds = 25) =>
  server.call('tasks.execute', { tasks, wait_seconds: waitSeconds });
/** Resolves when an event of this kind of this task is stored. */
async function seen(runId: string, type: string, taskId: string): Promise<void> {
  const response = await fetch(`${server.url}/runs/${runId}/events`);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const found = text
      .split('\n')
      .filter((line) => line.startsWith('data: ') && line.endsWith('}'))
      .map((line) => JSON.parse(line.slice('data: '.length)))
      .some((event) => event.type === type && event.task_id === taskId);
    if (found) return;
  }
  throw new Error(`No ${type} of ${taskId}:\n${text}`);
}

describe('while no worker has the queue', () => {
  it('a task waits, and can be cancelled', async () => {
    const id = crypto.randomUUID();
    const answer = await execute(
      [{ id, name: 'far', schemas: { method: 'system_info_executor' }, policy: { task_queue: 'nobody' } }],
      0,
    );
    expect((await server.call('tasks.get', { task_id: id })).status).toBe('pending');
    await server.call('tasks.cancel', { task_ids: [id] });
    await seen(answer.run_id, 'final', id);
    expect((await server.call('tasks.get', { task_id: id })).status).toBe('cancelled');
  });
});

describe('a worker on the queue', () => {
  beforeAll(() => worker.start());

  it('does its tasks with results from here, and what depends on them sees theirs', async () => {
    const { result, tree_status: status } = await execute([
      {
        id: 'q-root',
        name: 'root',
        schemas: { method: 'aggregate_results_executor' },
        dependencies: ['q-far'],
      },
      {
        id: 'q-cpu',
        name: 'cpu',
        parent_id: 'q-root',
        schemas: { method: 'system_info_executor' },
        inputs: { resource: 'cpu' },
      },
      {
        id: 'q-far',
        name: 'far',
        parent_id: 'q-root',
        dependencies: ['q-cpu'],
        schemas: { method: 'transform_executor' },
        inputs: { expression: '"cores: " & $string(**.cores)' },
        ...onQueue,
      },
    ]);
    expect(status).toBe('completed');
    expect(result.results['q-far']).toMatch(/^cores: \d+$/);
    const far = await server.call('tasks.get', { task_id: 'q-far' });
    expect(far).toMatchObject({ status: 'completed', progress: 1 });
  });

  it('may do what the server itself may not', async () => {
    const { result, tree_status: status } = await execute([
      { name: 'who', schemas: { method: 'command_executor' }, inputs: { command: 'hostname' }, ...onQueue },
    ]);
    expect(status).toBe('completed');
    expect(result.stdout).not.toBe('');
  });

  it('keeps its steps in the store it does not have', async () => {
    const id = crypto.randomUUID();
    const inputs = {
      executor: 'transform_executor',
      inputs: { expression: 'index', index: '{{index}}' },
      max_iterations: 2,
    };
    const { tree_status: status } = await execute([
      { id, name: 'far loop', schemas: { method: 'loop_executor' }, inputs, ...onQueue },
    ]);
    expect(status).toBe('completed');
    const steps = await server.call('tasks.children', { parent_id: id });
    expect(steps).toMatchObject([{ result: { result: 0 } }, { result: { result: 1 } }]);
  });

  it('hears of a cancel', async () => {
    const id = crypto.randomUUID();
    const { run_id: runId } = await execute(
      [
        {
          id,
          name: 'long',
          schemas: { method: 'command_executor' },
          inputs: { command: 'sleep 60' },
          ...onQueue,
        },
      ],
      0,
    );
    await seen(runId, 'task_start', id);
    await server.call('tasks.cancel', { task_ids: [id] });
    await seen(runId, 'final', id);
    expect((await server.call('tasks.get', { task_id: id })).status).toBe('cancelled');
  });
});

describe('the calls of workers', () => {
  const post = (call: string, body: object, token = WORKER_TOKEN) =>
    fetch(`${server.url}${WORKER_CALLS_PATH}/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });

  it('are refused with another token, and for what is none of theirs', async () => {
    expect((await post('tasks', { taskIds: [] }, 'x'.repeat(40))).status).toBe(401);
    expect((await post('tasks', { taskIds: [] })).status).toBe(200);
    expect((await post('drop', {})).status).toBe(405);
    expect((await post('tasks', { taskIds: 'all' })).status).toBe(400);
    const task = { id: crypto.randomUUID(), name: 'here', schemas: { method: 'system_info_executor' } };
    const { run_id: runId } = await execute([task]);
    const event = { type: 'task-failed', taskId: task.id, at: new Date().toISOString(), data: {} };
    expect((await post('commit', { runId, outcomes: [], events: [event] })).status).toBe(403);
    const end = { ...event, type: 'run-ended' };
    expect((await post('commit', { runId, outcomes: [], events: [end] })).status).toBe(400);
    expect((await post('commit', { runId: 'nope', outcomes: [], events: [event] })).status).toBe(404);
  });
});
