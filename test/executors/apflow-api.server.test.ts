/** A second server does the work: real trees over real HTTP, waited for, streamed, failed and cancelled. */
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import apflowApi from '../../executors/apflow-api-executor.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { makeContext } from './make-context.ts';
import { listenLocally } from './support/listen-locally.ts';

let remote: TestServer;
beforeAll(async () => {
  remote = await startTestServer();
});
afterAll(() => remote?.stop());

// biome-ignore lint/suspicious/noExplicitAny: results are read as tasks' dependants do, field by field
type Result = any;

function contextOf(input: Record<string, unknown>, overrides: Partial<ExecutorContext<unknown>> = {}) {
  return makeContext(apflowApi, { base_url: remote.url, poll_interval: 0.05, ...input } as never, {
    http: createHttpClient({ allowPrivateUrls: true }),
    idempotencyKey: `key-${Math.random()}`,
    ...overrides,
  });
}
function run(input: Record<string, unknown>, overrides?: Partial<ExecutorContext<unknown>>): Promise<Result> {
  return apflowApi.run(contextOf(input, overrides) as never);
}
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It should have failed')),
    (error) => error,
  );
/** As the executor's own user over there. */
const ask = async (method: string, params: object) => (await run({ method, params })).result;
const tree = (id: string, method: string, inputs: object) => ({
  tasks: [{ id, name: id, schemas: { method }, inputs }],
});

describe('another server', () => {
  test('answers a call, and says why it does not', async () => {
    const created = await run({ method: 'tasks.create', params: [{ id: 'made-there', name: 'made there' }] });
    expect(created).toMatchObject({ success: true, method: 'tasks.create', base_url: remote.url });
    const got = await run({ method: 'tasks.get', params: { task_id: 'made-there' } });
    expect(got.result).toMatchObject({ id: 'made-there', status: 'pending' });
    expect((await run({ method: 'system.health', params: {} })).result).toMatchObject({ status: 'healthy' });
    const refused = await failure(run({ method: 'tasks.nothing', params: {} }));
    expect(refused).toMatchObject({ code: 'task_failed', retryable: false });
    expect(refused.message).toContain('Unknown task method: tasks.nothing');
    const unauthorized = await failure(run({ method: 'tasks.list', params: {}, auth_token: 'not a token' }));
    expect(unauthorized.message).toContain('Unauthorized');
  });

  test.each([
    ['waited for', { wait_for_completion: true }],
    ['streamed', { use_streaming: true }],
  ])('runs a tree that is %s', async (_how, how) => {
    const id = `there-${Object.keys(how)[0]}`;
    const params = tree(id, 'transform_executor', { expression: '6 * 7' });
    const result = await run({ method: 'tasks.execute', params, ...how });
    expect(result).toMatchObject({ success: true, task_id: id, status: 'completed', total_failures: 0 });
    expect(result.result).toMatchObject({ result: 42 });
    expect(result.task).toMatchObject({ id, status: 'completed' });
    apflowApi.output.parse(result);
  });

  test('a repeat under the same key finds the same run', async () => {
    const params = tree('only-once', 'transform_executor', { expression: '1' });
    const key = { idempotencyKey: 'the same key' };
    await run({ method: 'tasks.execute', params, wait_for_completion: true }, key);
    await run({ method: 'tasks.execute', params, wait_for_completion: true }, key);
    expect(await ask('runs.list', { task_id: 'only-once' })).toHaveLength(1);
  });

  test('a tree that fails there fails here, with its reason', async () => {
    const params = tree('fails-there', 'transform_executor', { expression: '$error("no flour")' });
    const error = await failure(run({ method: 'tasks.execute', params, wait_for_completion: true }));
    expect(error).toMatchObject({ code: 'task_failed', retryable: false });
    expect(error.message).toContain('no flour');
  });

  test.each([{ wait_for_completion: true }, { use_streaming: true }])(
    'a cancel here is a cancel there, within a second: %o',
    async (how) => {
      const id = `cancelled-${Object.keys(how)[0]}`;
      const abort = new AbortController();
      const params = tree(id, 'wait_executor', { seconds: 600 });
      const work = failure(run({ method: 'tasks.execute', params, ...how }, { signal: abort.signal }));
      await expect
        .poll(async () => (await ask('tasks.get', { task_id: id }))?.status, { timeout: 10_000 })
        .toBe('in_progress');
      const abortedAt = Date.now();
      abort.abort();
      expect((await work).code).toBe('task_cancelled');
      expect(Date.now() - abortedAt).toBeLessThan(1_000);
      await expect
        .poll(async () => (await ask('tasks.get', { task_id: id })).status, { timeout: 10_000 })
        .toBe('cancelled');
    },
  );

  test('time is up when it is up', async () => {
    const params = tree('too-long', 'wait_executor', { seconds: 600 });
    const error = await failure(
      run({ method: 'tasks.execute', params, wait_for_completion: true, timeout: 1 }),
    );
    expect(error).toMatchObject({ code: 'task_timeout', retryable: true });
  });
});

describe('a server that is not well', () => {
  test('a few failures while waiting are passed over', async () => {
    let polls = 0;
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      const { method } = JSON.parse(body) as { method: string };
      if (method === 'tasks.get' && polls++ < 3) {
        response.writeHead(502).end('bad gateway');
        return;
      }
      const result =
        method === 'tasks.get'
          ? { id: 't', status: 'completed', result: 1 }
          : { task_id: 't', status: 'started' };
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
    });
    const listening = await listenLocally(server);
    try {
      const result = await run({
        base_url: `http://127.0.0.1:${listening.port}/`,
        method: 'tasks.execute',
        params: { task_id: 't' },
        wait_for_completion: true,
      });
      expect(result).toMatchObject({ result: 1, poll_count: 4, total_failures: 3 });
    } finally {
      await listening.close();
    }
  });

  test.each([
    [503, 'no JSON', 'task_transient'],
    [404, '<html>', 'task_failed'],
    [200, 'nonsense', 'task_failed'],
    [
      429,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"Rate limit exceeded"}}',
      'task_transient',
    ],
  ])('status %i with %s is %s', async (status, body, code) => {
    const listening = await listenLocally(
      createServer((_request, response) => response.writeHead(status, { 'retry-after': '7' }).end(body)),
    );
    try {
      const error = await failure(
        run({
          base_url: `http://127.0.0.1:${listening.port}`,
          method: 'tasks.get',
          params: { task_id: 'x' },
        }),
      );
      expect(error.code).toBe(code);
      if (status === 429) expect(error.retryAfterSeconds).toBe(7);
    } finally {
      await listening.close();
    }
  });
});
