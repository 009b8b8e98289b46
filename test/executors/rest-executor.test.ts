import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import rest from '../../executors/rest-executor.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { type LocalServer, localServer } from '../http/local-server.ts';
import { makeContext } from './make-context.ts';

const http = createHttpClient({ allowPrivateUrls: true });
const run = (input: JsonObject, overrides: Partial<ExecutorContext<unknown>> = {}) =>
  rest.run(makeContext(rest, input, { http, ...overrides }) as never);
let server: LocalServer;

beforeAll(async () => {
  server = await localServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    if (url.pathname === '/fail') {
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"err": "boom"}');
    } else if (url.pathname === '/text') {
      response
        .writeHead(200, { 'content-type': 'text/plain; charset=latin1' })
        .end(Buffer.from([0x63, 0xe9]));
    } else if (url.pathname === '/moved') {
      response.writeHead(302, { location: '/echo' }).end();
    } else if (url.pathname === '/never') {
      response.writeHead(200).write('{');
    } else {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const echo = { method: request.method, path: request.url, headers: request.headers, body };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(echo));
      });
    }
  });
});
afterAll(() => server.close());

interface Echo {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}
const echo = async (input: JsonObject) =>
  (await run({ url: `${server.url}/echo`, ...input })).json as unknown as Echo;

describe('answers', () => {
  test('JSON, text in its own character set, and a failing origin are results', async () => {
    const good = await run({ url: `${server.url}/echo` });
    expect(Object.keys(good)).toEqual(['success', 'status_code', 'url', 'headers', 'json', 'method']);
    expect(good).toMatchObject({ success: true, status_code: 200, method: 'GET', url: `${server.url}/echo` });
    expect((await run({ url: `${server.url}/text` })).text).toBe('cé');
    expect(await run({ url: `${server.url}/fail` })).toMatchObject({
      success: false,
      status_code: 500,
      text: '{"err": "boom"}',
    });
    expect((await run({ url: `${server.url}/moved` })).url).toBe(`${server.url}/echo`);
  });
});

describe('requests', () => {
  test('query, JSON and form bodies', async () => {
    expect((await echo({ url: `${server.url}/echo?a=0&b=1`, params: { a: [1, 2], c: 'x y' } })).path).toBe(
      '/echo?b=1&a=1&a=2&c=x+y',
    );
    expect(await echo({ method: 'POST', json: { a: [1] } })).toMatchObject({
      method: 'POST',
      body: '{"a":[1]}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await echo({ method: 'PUT', data: { a: 1, b: ['x', 'y'] } })).toMatchObject({
      body: 'a=1&b=x&b=y',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  });

  test('authentication', async () => {
    const authorization = async (auth: JsonObject) => (await echo({ auth })).headers['authorization'];
    expect(await authorization({ type: 'bearer', token: 't' })).toBe('Bearer t');
    expect(await authorization({ type: 'basic', username: 'a', password: 'b' })).toBe('Basic YTpi');
    const key = { type: 'apikey', key: 'X-Key', value: 'secret value' };
    expect((await echo({ auth: key })).headers['x-key']).toBe('secret value');
    const answer = await run({ url: `${server.url}/echo?a=1`, auth: { ...key, location: 'query' } });
    expect((answer.json as unknown as Echo).path).toBe('/echo?a=1&X-Key=secret+value');
    expect(answer.url).toBe(`${server.url}/echo?a=1`);
  });

  test('an effect carries the idempotency key, unless the caller set one', async () => {
    expect((await echo({ method: 'POST' })).headers['idempotency-key']).toBe('run-1:task-1');
    const own = await echo({ method: 'DELETE', headers: { 'Idempotency-Key': 'mine' } });
    expect(own.headers['idempotency-key']).toBe('mine');
    expect((await echo({})).headers['idempotency-key']).toBeUndefined();
  });
});

describe('failures', () => {
  test('nobody listens: the words clients know', async () => {
    const closed = await localServer(() => undefined);
    await closed.close();
    const url = `${closed.url}/nothing`;
    const text = [
      '❌ Failed to connect to server',
      `💡 Reason: Cannot establish connection to ${url}: All connection attempts failed`,
      '✅ Solution: 1. Verify the URL is correct\n2. Check if the service is running\n3. Check firewall and network settings',
      `📝 Context:\n  - url: ${url}\n  - method: GET\n  - error: All connection attempts failed`,
    ].join('\n\n');
    await expect(run({ url, timeout: 2 })).rejects.toMatchObject({ code: 'task_transient', message: text });
  });

  test('a private address names the setting', async () => {
    const guarded = createHttpClient({ allowPrivateUrls: false });
    await expect(run({ url: `${server.url}/echo` }, { http: guarded })).rejects.toMatchObject({
      code: 'blocked_address',
      retryable: false,
      message: expect.stringMatching(/^❌ Address not allowed[\s\S]*ALLOW_PRIVATE_URLS=1/),
    });
  });

  test('time limit, bad URL, broken header, a key in the query stays out of the text', async () => {
    await expect(run({ url: `${server.url}/never`, timeout: 0.1 })).rejects.toMatchObject({
      code: 'task_timeout',
      message: expect.stringContaining('within 0.1 seconds'),
    });
    await expect(run({ url: 'no url' })).rejects.toMatchObject({ code: 'task_failed' });
    await expect(run({ url: server.url, headers: { 'x-a': 'a\r\nx-b: c' } })).rejects.toMatchObject({
      code: 'task_failed',
    });
    const auth = { type: 'apikey', key: 'k', value: 'hunter2', location: 'query' };
    for (const url of ['http://127.0.0.1:1/', 'http://no-such-name.invalid/', `${server.url}/never`]) {
      const error: Error = await run({ url, auth, timeout: 0.2 }).then(
        () => Promise.reject(new Error('It should have failed')),
        (failure) => failure,
      );
      expect(error.message).not.toContain('hunter2');
    }
  });

  test('an abort ends it within a second', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const started = Date.now();
    await expect(run({ url: `${server.url}/never` }, { signal: abort.signal })).rejects.toMatchObject({
      code: 'task_cancelled',
    });
    expect(Date.now() - started).toBeLessThan(1_000);
  });
});
