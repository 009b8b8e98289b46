import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createClient, RpcError, type StreamEvent, UnreachableError } from '../../src/client/client.ts';
import { sse, startWireServer } from '../cli/wire-server.ts';

const START = { data: { jsonrpc: '2.0', id: 1, result: { success: true, run_id: 'r', root_task_id: 't' } } };
const TASK = { id: 'r:1', data: { type: 'task_start', task_id: 't', status: 'in_progress' } };
const DONE = { id: 'r:2', data: { type: 'task_completed', task_id: 't', status: 'completed', final: true } };
const FINAL = { id: 'r:3', data: { type: 'final', task_id: 't', status: 'completed', final: true } };
const END = { id: 'r:3', data: { type: 'stream_end', task_id: 't', final: true } };

async function typesOf(events: AsyncIterable<StreamEvent>): Promise<string[]> {
  const types = [];
  for await (const event of events) types.push(event.type);
  return types;
}

describe('calls', () => {
  it('answers the result and sends method, params and headers', async () => {
    await using server = await startWireServer();
    server.on('tasks.count', () => ({ result: { total: 3 } }));
    const client = createClient({ url: `${server.url}/`, headers: { 'x-api-key': 'k' } });
    expect(await client.tasks.count({ root_only: true })).toEqual({ total: 3 });
    expect(server.calls[0]).toMatchObject({ method: 'tasks.count', params: { root_only: true } });
    expect(server.calls[0]?.headers['x-api-key']).toBe('k');
  });

  it('throws RpcError with all the server said', async () => {
    await using server = await startWireServer();
    const error = {
      code: -32004,
      message: 'Not found',
      data: 'Task x not found',
      meta: { code: 'not_found' },
    };
    server.on('tasks.tree', () => ({ status: 404, error }));
    const call = createClient({ url: server.url }).tasks.tree({ task_id: 'x' });
    await expect(call).rejects.toMatchObject({ ...error, httpStatus: 404, sentence: 'Task x not found' });
    await expect(call).rejects.toBeInstanceOf(RpcError);
  });

  it.each([429, 503])('repeats %i after Retry-After with the same idempotency key', async (status) => {
    await using server = await startWireServer();
    let calls = 0;
    server.on('tasks.create', () =>
      calls++ === 0
        ? { status, error: { code: -32010, message: 'later' }, headers: { 'retry-after': '0' } }
        : { result: [] },
    );
    await createClient({ url: server.url }).tasks.create([{ name: 'a' }]);
    const keys = server.calls.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it('does not wait for tomorrow', async () => {
    await using server = await startWireServer();
    const data = { reason: 'total_quota_exceeded' };
    server.on('tasks.execute', () => ({
      status: 429,
      error: { code: -32001, message: 'Daily task tree quota exceeded', data },
      headers: { 'retry-after': '3600' },
    }));
    const call = createClient({ url: server.url }).execute({ task_id: 'a' });
    await expect(call).rejects.toMatchObject({ httpStatus: 429, retryAfterSeconds: 3600, data });
    expect(server.calls).toHaveLength(1);
  });

  it('repeats a read whose connection broke, never a write', async () => {
    await using server = await startWireServer();
    let reads = 0;
    server.on('tasks.get', (_params, _request, response) => {
      if (reads++ > 0) return { result: null };
      response.destroy();
      return null;
    });
    server.on('tasks.delete', (_params, _request, response) => {
      response.destroy();
      return null;
    });
    const client = createClient({ url: server.url });
    expect(await client.tasks.get({ task_id: 'a' })).toBeNull();
    await expect(client.tasks.delete({ task_id: 'a' })).rejects.toBeInstanceOf(UnreachableError);
    expect(server.calls.map(({ method }) => method)).toEqual(['tasks.get', 'tasks.get', 'tasks.delete']);
  });

  it('says so when something else answers there', async () => {
    await using server = await startWireServer();
    server.on('tasks.count', (_params, _request, response) => {
      response.writeHead(502).end('<html>Bad gateway</html>');
      return null;
    });
    const call = createClient({ url: server.url, retries: 0 }).tasks.count({});
    await expect(call).rejects.toThrow('HTTP 502');
  });

  it('stops at the signal', async () => {
    await using server = await startWireServer();
    server.on('tasks.execute', () => null);
    const signal = AbortSignal.timeout(50);
    const call = createClient({ url: server.url }).execute({ task_id: 'a' }, { signal });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('event streams', () => {
  it('goes on behind the last event when the connection breaks', async () => {
    await using server = await startWireServer();
    const asked: unknown[] = [];
    server.onGet('/runs/r/events', (request, response) => {
      asked.push(request.headers['last-event-id']);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (asked.length === 1) {
        response.write(sse([TASK]));
        void pause(20).then(() => response.destroy());
      } else response.end(sse([DONE, FINAL, END]));
    });
    const types = await typesOf(createClient({ url: server.url }).events('r'));
    expect(types).toEqual(['task_start', 'task_completed', 'final', 'stream_end']);
    expect(asked).toEqual([undefined, 'r:1']);
  });

  it('streams an execution and attaches to its run after a break', async () => {
    await using server = await startWireServer();
    server.on('tasks.execute', (_params, _request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.end(sse([START, TASK]));
      return null;
    });
    server.onGet('/runs/r/events', (request, response) => {
      expect(request.headers['last-event-id']).toBe('r:1');
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse([DONE, FINAL, END]));
    });
    const stream = createClient({ url: server.url }).execute({ tasks: [{ name: 'a' }] }, { stream: true });
    expect(await typesOf(stream)).toEqual(['started', 'task_start', 'task_completed', 'final', 'stream_end']);
    expect(server.calls[0]?.params).toEqual({ tasks: [{ name: 'a' }], use_streaming: true });
  });

  it('gives up with the reason when refused', async () => {
    await using server = await startWireServer();
    server.onGet('/runs/r/events', (_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'not_found', message: 'Run r not found' } }));
    });
    const events = typesOf(createClient({ url: server.url }).events('r'));
    await expect(events).rejects.toMatchObject({ httpStatus: 404, message: 'Run r not found' });
  });
});

describe('generations', () => {
  const task = (name: string) => ({ name, executor: 'wait_executor', parent: null, depends_on: [] });
  const PLAN_START = { data: { type: 'plan_start', attempt: 0 } };
  const planTask = (name: string) => ({ data: { type: 'plan_task', attempt: 0, task: task(name) } });
  const ANSWER = { data: { jsonrpc: '2.0', id: 1, result: { tasks: [], count: 0, message: 'm' } } };
  async function generationOf(events: Parameters<typeof sse>[0]) {
    const server = await startWireServer();
    server.on('tasks.generate', (_params, _request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).end(sse(events));
      return null;
    });
    const stream = createClient({ url: server.url }).tasks.generate({ requirement: 'x' }, { stream: true });
    return { server, stream, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  it('shows the tree so far with each task; a repair begins anew', async () => {
    const repair = { data: { type: 'plan_repair', attempt: 0, problems: ['no root'] } };
    const later = { data: { type: 'something_new' } };
    await using generation = await generationOf([
      ...[PLAN_START, planTask('a'), planTask('b'), repair],
      ...[PLAN_START, later, planTask('c'), ANSWER],
    ]);
    const trees: string[][] = [];
    for await (const event of generation.stream)
      trees.push(event.type === 'answer' ? [event.answer.message] : event.tasks.map(({ name }) => name));
    expect(trees).toEqual([[], ['a'], ['a', 'b'], [], [], ['c'], ['m']]);
    expect(generation.server.calls[0]?.params).toEqual({ requirement: 'x', use_streaming: true });
  });

  it('throws what the server says in the middle', async () => {
    const error = { code: -32010, message: 'Task failed', data: 'no tree', meta: { code: 'task_failed' } };
    await using generation = await generationOf([PLAN_START, { data: { jsonrpc: '2.0', id: 1, error } }]);
    expect((await generation.stream.next()).value).toMatchObject({ type: 'plan_start' });
    await expect(generation.stream.next()).rejects.toMatchObject({ sentence: 'no tree' });
  });

  it('says so when the stream ends without an answer', async () => {
    await using generation = await generationOf([PLAN_START]);
    await generation.stream.next();
    await expect(generation.stream.next()).rejects.toThrow('broke off before the answer');
  });
});
