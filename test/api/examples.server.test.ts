/** What clients of the original systems send and get, on a whole server: storing, executing and streaming trees. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const info = (resource: string) => ({ schemas: { method: 'system_info_executor' }, inputs: { resource } });
const gather = { schemas: { method: 'aggregate_results_executor' } };
/** Nothing listens there. */
const nowhere = {
  schemas: { method: 'rest_executor' },
  inputs: { url: 'http://127.0.0.1:9/x', method: 'GET', timeout: 2 },
  policy: { max_attempts: 1 },
};
const required = (id: string) => ({ id, required: true });

function aggregateTree(prefix: string) {
  return [
    {
      id: `${prefix}-root`,
      name: 'aggregate',
      ...gather,
      dependencies: [required(`${prefix}-cpu`), required(`${prefix}-mem`)],
    },
    { id: `${prefix}-cpu`, name: 'cpu', parent_id: `${prefix}-root`, ...info('cpu') },
    {
      id: `${prefix}-mem`,
      name: 'mem',
      parent_id: `${prefix}-root`,
      ...info('memory'),
      dependencies: [required(`${prefix}-cpu`)],
    },
  ];
}

interface StreamLine {
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: events of every shape
  readonly data: any;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

async function readStream(response: Response): Promise<StreamLine[]> {
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => ({
      id: /^id: (.*)$/m.exec(block)?.[1] ?? null,
      data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null'),
    }));
}

async function stream(params: Record<string, unknown>): Promise<StreamLine[]> {
  const response = await fetch(`${server.url}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 7,
      method: 'tasks.execute',
      params: { ...params, use_streaming: true },
    }),
  });
  return readStream(response);
}
const kinds = (lines: StreamLine[]) => lines.slice(1).map(({ data }) => `${data.type} ${data.task_id}`);

describe('stored tasks', () => {
  it('lives from create to delete', async () => {
    const created = await server.call('tasks.create', [
      { id: 'crud-root', name: 'root', ...info('cpu'), priority: 1 },
      { id: 'crud-a', name: 'a', ...info('cpu'), parent_id: 'crud-root' },
      {
        id: 'crud-b',
        name: 'b',
        ...info('memory'),
        parent_id: 'crud-root',
        dependencies: [required('crud-a')],
      },
    ]);
    expect(created.map((task: { id: string }) => task.id)).toEqual(['crud-root', 'crud-a', 'crud-b']);
    expect(Object.keys(created[0])).toHaveLength(39);
    expect(await server.call('tasks.get', { task_id: 'crud-root' })).toEqual(created[0]);
    expect((await server.call('tasks.children', { parent_id: 'crud-root' })).length).toBe(2);
    const tree = await server.call('tasks.tree', { task_id: 'crud-root' });
    expect(tree.children[1].task.dependencies).toEqual([required('crud-a')]);
    const listed = await server.call('tasks.list', { root_only: false, limit: 3 });
    expect(listed.map((task: { id: string }) => task.id)).toEqual(['crud-root', 'crud-a', 'crud-b']);

    const manual = await server.call('tasks.update', {
      task_id: 'crud-a',
      status: 'completed',
      result: { v: 1 },
      progress: 1,
    });
    expect(manual).toMatchObject({ status: 'completed', result: { v: 1 }, progress: 1 });
    expect(manual.completed_at).not.toBeNull();
    const locked = await server.rpc('tasks.update', { task_id: 'crud-a', dependencies: [] });
    expect(locked.body.error.data).toBe(
      "Update failed:\n- Cannot update 'dependencies': task status is 'completed' (must be 'pending')",
    );
    const selfish = await server.rpc('tasks.update', { task_id: 'crud-b', dependencies: [{ id: 'crud-b' }] });
    expect(selfish.body.error.data).toBe(
      "Update failed:\n- Circular dependency detected involving task 'crud-b'. Tasks cannot have circular dependencies as this would cause infinite loops.",
    );
    const busy = await server.rpc('tasks.delete', { task_id: 'crud-root' });
    expect(busy.body.error.data).toBe(
      'Cannot delete task: task has 1 non-pending children: [crud-a: completed]',
    );
    expect(await server.call('tasks.delete', { task_id: 'crud-b' })).toEqual({
      success: true,
      task_id: 'crud-b',
      deleted_count: 1,
      children_deleted: 0,
    });
  });
});

describe('executing', () => {
  it('runs children before the parent and injects their results', async () => {
    await server.call('tasks.create', aggregateTree('et'));
    const answer = await server.call('tasks.execute', { task_id: 'et-root' });
    expect(answer).toMatchObject({
      success: true,
      protocol: 'jsonrpc',
      root_task_id: 'et-root',
      task_id: 'et-root',
      status: 'started',
      message: 'Task execution started',
      tree_status: 'completed',
    });
    expect(answer.result.summary).toBe('Aggregated 2 task results. from: et-cpu, et-mem');
    const { task, children } = await server.call('tasks.tree', { task_id: 'et-root' });
    expect(task).toMatchObject({ status: 'completed', progress: 1, error: null });
    expect(task.result).toMatchObject({ result_count: 2, results: { 'et-cpu': children[0].task.result } });
    expect(task.inputs['et-mem']).toEqual(children[1].task.result);
  });
  it('says that a tree failed, and leaves nothing pending', async () => {
    await server.call('tasks.create', [
      { id: 'ft-root', name: 'root', ...gather, dependencies: [required('ft-bad'), required('ft-ok')] },
      { id: 'ft-bad', name: 'bad', parent_id: 'ft-root', ...nowhere },
      { id: 'ft-ok', name: 'ok', parent_id: 'ft-root', ...info('cpu') },
      {
        id: 'ft-dep',
        name: 'needs bad',
        parent_id: 'ft-root',
        ...info('cpu'),
        dependencies: [required('ft-bad')],
      },
    ]);
    const { status, body } = await server.rpc('tasks.execute', { task_id: 'ft-root' });
    expect(status).toBe(200);
    expect(body.result).toMatchObject({ success: false, status: 'started', tree_status: 'failed' });
    expect(typeof body.result.error).toBe('string');
    const { task, children } = await server.call('tasks.tree', { task_id: 'ft-root' });
    const statuses = Object.fromEntries(
      children.map((node: { task: { id: string; status: string } }) => [node.task.id, node.task.status]),
    );
    expect(task.status).toBe('failed');
    expect(statuses).toEqual({ 'ft-bad': 'failed', 'ft-ok': 'completed', 'ft-dep': 'skipped' });
    expect((await server.call('tasks.count', { statuses: ['skipped'] })).skipped).toBe(1);
    const retry = await server.call('tasks.execute', { task_id: 'ft-bad' });
    expect(retry).toMatchObject({ root_task_id: 'ft-root', task_id: 'ft-bad', success: false });
  });
  it('goes on without an optional dependency', async () => {
    await server.call('tasks.create', [
      {
        id: 'fo-root',
        name: 'root',
        ...gather,
        dependencies: [{ id: 'fo-bad', required: false }, required('fo-ok')],
      },
      { id: 'fo-bad', name: 'bad', parent_id: 'fo-root', ...nowhere },
      { id: 'fo-ok', name: 'ok', parent_id: 'fo-root', ...info('cpu') },
    ]);
    await server.call('tasks.execute', { task_id: 'fo-root' });
    const root = await server.call('tasks.get', { task_id: 'fo-root' });
    expect(root).toMatchObject({ status: 'completed', result: { result_count: 1 } });
  });
  it('runs a child with what it needs, and leaves the rest', async () => {
    await server.call('tasks.create', [
      { id: 'cx-root', name: 'root', ...info('cpu') },
      { id: 'cx-a', name: 'a', parent_id: 'cx-root', ...info('cpu') },
      { id: 'cx-b', name: 'b', parent_id: 'cx-root', ...info('cpu'), dependencies: [{ id: 'cx-a' }] },
    ]);
    const answer = await server.call('tasks.execute', { task_id: 'cx-b' });
    expect(answer).toMatchObject({ root_task_id: 'cx-root', task_id: 'cx-b', tree_status: 'completed' });
    const { task, children } = await server.call('tasks.tree', { task_id: 'cx-root' });
    expect([task, ...children.map((node: { task: object }) => node.task)].map((each) => each.status)).toEqual(
      ['pending', 'completed', 'completed'],
    );
  });
  it('runs a tree that comes with the call, under its own root', async () => {
    const answer = await server.call('tasks.execute', {
      tasks: [
        { id: 'ta-root', name: 'root', ...info('cpu') },
        { id: 'ta-a', name: 'a', parent_id: 'ta-root', ...info('cpu') },
      ],
    });
    expect(answer).toMatchObject({ root_task_id: 'ta-root', task_id: 'ta-root', tree_status: 'completed' });
    expect((await server.call('tasks.get', { task_id: 'ta-a' })).status).toBe('completed');
  });
  it('answers with canned results when asked, and says so', async () => {
    await server.call('tasks.create', { id: 'ud', name: 'ud', ...nowhere });
    await server.call('tasks.execute', { task_id: 'ud', use_demo: true });
    const task = await server.call('tasks.get', { task_id: 'ud' });
    expect(task).toMatchObject({ status: 'completed', result: { demo_mode: true }, demo: { active: true } });
  });
  it('answers the same for the same Idempotency-Key', async () => {
    await server.call('tasks.create', { id: 'ik', name: 'ik', ...info('cpu') });
    const headers = { 'idempotency-key': 'ik-1' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => server.rpc('tasks.execute', { task_id: 'ik' }, headers)),
    );
    const later = await server.rpc('tasks.execute', { task_id: 'ik' }, headers);
    expect(new Set([...answers, later].map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(await server.call('runs.list', { task_id: 'ik' })).toHaveLength(1);
    const other = await server.rpc('tasks.execute', { task_id: 'ik', fresh: true }, headers);
    expect(other.status).toBe(409);
  });
});

describe('streaming', () => {
  it('tells of one task', async () => {
    await server.call('tasks.create', { id: 'ss-1', name: 'info', ...info('cpu') });
    const lines = await stream({ task_id: 'ss-1' });
    expect(lines[0]?.data).toMatchObject({
      jsonrpc: '2.0',
      id: 7,
      result: {
        success: true,
        root_task_id: 'ss-1',
        status: 'started',
        streaming: true,
        message: 'Task execution started with streaming',
      },
    });
    expect(kinds(lines)).toEqual([
      'progress ss-1',
      'task_start ss-1',
      'task_completed ss-1',
      'final ss-1',
      'stream_end ss-1',
    ]);
  });
  it('tells of a tree, final only at its own end, and of each run anew', async () => {
    await server.call('tasks.create', aggregateTree('st'));
    for (const round of [1, 2]) {
      const lines = await stream({ task_id: 'st-root' });
      expect(kinds(lines), `round ${round}`).toEqual([
        'progress st-root',
        'task_start st-cpu',
        'task_completed st-cpu',
        'task_start st-mem',
        'task_completed st-mem',
        'task_start st-root',
        'task_completed st-root',
        'final st-root',
        'stream_end st-root',
      ]);
      const finals = lines.filter(({ data }) => data.final === true).map(({ data }) => data.type);
      expect(finals).toEqual(['task_completed', 'final', 'stream_end']);
      const seqs = lines.slice(1, -1).map(({ id }) => Number(id?.split(':')[1]));
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
  });
  it('tells of a failure and resumes where it was left', async () => {
    await server.call('tasks.create', { id: 'ss-f', name: 'f', ...nowhere });
    const lines = await stream({ task_id: 'ss-f' });
    expect(lines.at(-2)?.data).toMatchObject({
      type: 'final',
      status: 'failed',
      result: null,
      error: 'Task tree execution failed',
      final: true,
    });
    const failed = lines.find(({ data }) => data.type === 'task_failed');
    expect(failed?.data).toMatchObject({ task_id: 'ss-f', final: true });
    const runId = lines[0]?.data.result.run_id;
    const resumed = await readStream(
      await fetch(`${server.url}/runs/${runId}/events`, { headers: { 'last-event-id': failed?.id ?? '' } }),
    );
    expect(resumed.map(({ data }) => data.type)).toEqual(['final', 'stream_end']);
  });
  it('answers an unknown task as an error', async () => {
    const { status, body } = await server.rpc('tasks.execute', { task_id: 'nope', use_streaming: true });
    expect(status).toBe(404);
    expect(body.error.data).toBe('Task nope not found');
  });
});
