import { createServer, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import websocket from '../../executors/websocket-executor.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import { createNetwork } from '../../src/http/guarded-network.ts';
import { makeContext } from './make-context.ts';
import { type Listening, listenLocally } from './support/listen-locally.ts';

let listening: Listening;
const handshakes: IncomingMessage['headers'][] = [];
const received: string[] = [];

beforeAll(async () => {
  const server = createServer((request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, { location: '/echo' }).end();
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (/^\/\d+$/.test(request.url ?? '')) {
      socket.end(`HTTP/1.1 ${request.url?.slice(1)} No\r\nLocation: /echo\r\nConnection: close\r\n\r\n`);
      return;
    }
    handshakes.push(request.headers);
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => undefined);
      client.on('message', (data) => {
        received.push(String(data));
        if (request.url === '/echo') client.send(String(data));
        if (request.url === '/binary') client.send(Buffer.from([1, 2, 255]));
        if (request.url === '/huge') client.send('a'.repeat(9 * 1024 * 1024));
        if (request.url === '/refuse') client.close(1008, 'not you');
        if (request.url === '/restart') client.close(1012, 'back soon');
        if (request.url === '/break') client.terminate();
      });
    });
  });
  listening = await listenLocally(server);
});
afterAll(() => listening.close());

// biome-ignore lint/suspicious/noExplicitAny: results are read as tasks' dependants do, field by field
type Result = any;

function run(
  path: string,
  more: object = {},
  overrides: Partial<ExecutorContext<unknown>> = {},
): Promise<Result> {
  const input = {
    url: path.includes('://') ? path : `ws://127.0.0.1:${listening.port}${path}`,
    message: 'hello',
    ...more,
  };
  const context = makeContext(websocket, input, {
    network: createNetwork({ allowPrivateUrls: true }),
    ...overrides,
  });
  return websocket.run(context as never);
}
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It should have failed')),
    (error) => error,
  );

describe('a conversation', () => {
  test('sends text and gets the answer', async () => {
    const result = await run('/echo');
    expect(result).toEqual({
      success: true,
      url: `ws://127.0.0.1:${listening.port}/echo`,
      message_sent: 'hello',
      response: 'hello',
      wait_response: true,
    });
    websocket.output.parse(result);
  });

  test('objects go and come as JSON, binary comes as base64', async () => {
    const message = { a: [1, null, 'ü'] };
    expect(await run('/echo', { message })).toMatchObject({
      response: message,
      message_sent: JSON.stringify(message),
    });
    expect((await run('/binary')).response).toBe(Buffer.from([1, 2, 255]).toString('base64'));
  });

  test('without an answer the message still arrives', async () => {
    const before = received.length;
    expect(await run('/silent', { message: 'one way', wait_response: false })).toMatchObject({
      response: null,
    });
    await expect.poll(() => received.slice(before)).toContain('one way');
  });

  test('brings headers and the idempotency key, but not what belongs to the handshake', async () => {
    await run('/echo', {
      headers: { Authorization: 'Bearer x', Host: 'evil.example', 'Sec-WebSocket-Key': 'mine' },
    });
    const last = handshakes.at(-1);
    expect(last).toMatchObject({ authorization: 'Bearer x', 'idempotency-key': 'run-1:task-1' });
    expect(last?.host).toBe(`127.0.0.1:${listening.port}`);
    expect(last?.['sec-websocket-key']).not.toBe('mine');
  });
});

describe('what goes wrong', () => {
  test.each([
    ['/refuse', 'task_failed', 'not you'],
    ['/restart', 'task_transient', 'back soon'],
    ['/break', 'task_transient', '1006'],
    ['/503', 'task_transient', 'status 503'],
    ['/403', 'task_failed', 'status 403'],
    ['/302', 'task_failed', 'Redirects are not followed'],
    ['/huge', 'task_failed', '8388608 bytes'],
    ['http://example.com/', 'task_failed', 'not a WebSocket URL'],
    ['nonsense://', 'task_failed', 'not a WebSocket URL'],
    ['ws://user:pass@example.com/', 'task_failed', 'user name'],
    ['ws://127.0.0.1:1/', 'task_transient', 'ECONNREFUSED'],
  ])('%s is %s', async (path, code, text) => {
    const error = await failure(run(path));
    expect(error.message).toContain(text);
    expect(error.code).toBe(code);
  });

  test('silence ends at the time limit, an abort ends it at once', async () => {
    expect(await failure(run('/silent', { timeout: 0.3 }))).toMatchObject({
      code: 'task_timeout',
      retryable: true,
    });
    const abort = new AbortController();
    const work = failure(run('/silent', {}, { signal: abort.signal }));
    await expect.poll(() => received.length).toBeGreaterThan(0);
    const abortedAt = Date.now();
    abort.abort();
    expect((await work).code).toBe('task_cancelled');
    expect(Date.now() - abortedAt).toBeLessThan(1_000);
  });

  test('a private address is refused before any connection', async () => {
    const before = listening.connections();
    const error = await failure(run('/echo', {}, { network: createNetwork({ allowPrivateUrls: false }) }));
    expect(error.code).toBe('blocked_address');
    expect(listening.connections()).toBe(before);
  });
});
