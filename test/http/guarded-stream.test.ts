/** Answers that are read while they come. */
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { type LocalServer, localServer } from './local-server.ts';

const open = createHttpClient({ allowPrivateUrls: true });
let server: LocalServer;
let closed: Promise<unknown> = Promise.resolve();
let release: () => void = () => undefined;

beforeAll(async () => {
  server = await localServer((request, response) => {
    closed = once(response, 'close');
    switch (request.url) {
      case '/two-pieces':
        response.writeHead(201, { 'x-some': 'header' }).write('first');
        release = () => response.end('second');
        return;
      case '/gzip':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed text'));
        return;
      case '/bomb':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(4 * 1024 * 1024)));
        return;
      case '/cut':
        response.writeHead(200, { 'content-length': '100' }).write('first');
        setImmediate(() => response.destroy());
        return;
      default:
        response.writeHead(200).write('first');
    }
  });
});
afterAll(() => server.close());

async function read(path: string, extra: object = {}): Promise<string> {
  const { body } = await open.stream({ url: `${server.url}${path}`, ...extra });
  let text = '';
  for await (const bytes of body) text += Buffer.from(bytes).toString();
  return text;
}

test('pieces arrive before the end', async () => {
  const answer = await open.stream({ url: `${server.url}/two-pieces` });
  expect(answer).toMatchObject({ status: 201, headers: { 'x-some': 'header' } });
  const pieces = answer.body[Symbol.asyncIterator]();
  expect(Buffer.from((await pieces.next()).value).toString()).toBe('first');
  release();
  expect(Buffer.from((await pieces.next()).value).toString()).toBe('second');
  expect((await pieces.next()).done).toBe(true);
});

test('packed answers are unpacked, within the limit', async () => {
  expect(await read('/gzip')).toBe('packed text');
  await expect(read('/bomb', { maxBytes: 100_000 })).rejects.toMatchObject({ code: 'task_failed' });
});

test('a broken connection, silence, the time limit and an abort end it', async () => {
  await expect(read('/cut')).rejects.toMatchObject({ code: 'task_transient' });
  await expect(read('/silent', { idleTimeoutMs: 50 })).rejects.toMatchObject({ code: 'task_transient' });
  await expect(read('/silent', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'task_timeout' });
  await expect(read('/silent', { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
    code: 'task_cancelled',
  });
});

test('leaving the loop hangs up', async () => {
  const { body } = await open.stream({ url: `${server.url}/silent` });
  for await (const bytes of body) {
    expect(Buffer.from(bytes).toString()).toBe('first');
    break;
  }
  await closed;
});

test('private addresses are refused as everywhere', async () => {
  const guarded = createHttpClient({ allowPrivateUrls: false });
  await expect(guarded.stream({ url: server.url })).rejects.toMatchObject({ code: 'blocked_address' });
});
