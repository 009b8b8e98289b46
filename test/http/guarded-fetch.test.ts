import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppError } from '../../src/core/errors.ts';
import { assertPublicUrl, createHttpClient } from '../../src/http/guarded-fetch.ts';
import { type LocalServer, localServer } from './local-server.ts';

const open = createHttpClient({ allowPrivateUrls: true });
const guarded = createHttpClient({ allowPrivateUrls: false });
const text = (body: Uint8Array) => Buffer.from(body).toString();
const failure = async (work: Promise<unknown>): Promise<AppError> => {
  try {
    await work;
  } catch (error) {
    return error as AppError;
  }
  throw new Error('It should have failed');
};

let server: LocalServer;
let other: LocalServer;

beforeAll(async () => {
  other = await localServer((request, response) => response.end(JSON.stringify(request.headers)));
  server = await localServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://local');
    const status = Number(url.searchParams.get('status') ?? 302);
    switch (url.pathname) {
      case '/echo': {
        let body = '';
        request.on('data', (chunk) => {
          body += String(chunk);
        });
        request.on('end', () =>
          response.end(JSON.stringify({ method: request.method, headers: request.headers, body })),
        );
        return;
      }
      case '/to':
        response.writeHead(status, { location: url.searchParams.get('location') ?? '' }).end('moved');
        return;
      case '/loop':
        response.writeHead(302, { location: '/loop' }).end();
        return;
      case '/gzip':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed text'));
        return;
      case '/bomb':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
        return;
      case '/broken-gzip':
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('this is not gzip');
        return;
      case '/huge':
        pump(response);
        return;
      case '/headers':
        response.writeHead(200, { 'x-long': 'a'.repeat(100_000) }).end();
        return;
      case '/slow-body':
        response.writeHead(200).write('first');
        return;
      case '/never':
        return;
      default:
        response.end('ok');
    }
  });
});
afterAll(() => Promise.all([server.close(), other.close()]));

function pump(response: import('node:http').ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, 'a');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

describe('addresses', () => {
  test.each([
    (port: number) => `http://127.0.0.1:${port}/`,
    (port: number) => `http://localhost:${port}/`,
    (port: number) => `http://127.0.0.1.:${port}/`,
    (port: number) => `http://2130706433:${port}/`,
    (port: number) => `http://0177.0.0.1:${port}/`,
    (port: number) => `http://0x7f.1:${port}/`,
    (port: number) => `http://127.1:${port}/`,
    (port: number) => `http://0:${port}/`,
    (port: number) => `http://[::ffff:127.0.0.1]:${port}/`,
    (port: number) => `http://[::1]:${port}/`,
    (port: number) => `http://[64:ff9b::7f00:1]:${port}/`,
    (port: number) => `http://①②⑦.0.0.1:${port}/`,
  ])('a forbidden listener sees no connection: %s', async (make) => {
    const before = server.connections();
    const error = await failure(guarded.request({ url: make(server.port) }));
    expect(error.code).toBe('blocked_address');
    expect(error.message).toContain('ALLOW_PRIVATE_URLS');
    expect(server.connections()).toBe(before);
  });

  test('a name with one private address among public ones is refused', async () => {
    const client = createHttpClient({
      allowPrivateUrls: false,
      lookup: async () => [
        { address: '8.8.8.8', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    });
    const error = await failure(client.request({ url: `http://mixed.example:${server.port}/` }));
    expect(error.code).toBe('blocked_address');
  });

  test('a name that flips to a private address is looked up once and judged by that answer', async () => {
    const answers = ['93.184.216.34', '127.0.0.1'];
    const asked: string[] = [];
    const lookup = async () => {
      const address = answers[Math.min(asked.length, 1)] as string;
      asked.push(address);
      return [{ address, family: 4 }];
    };
    await assertPublicUrl('http://rebind.example/', { allowPrivateUrls: false, lookup });
    const client = createHttpClient({ allowPrivateUrls: false, lookup });
    const before = server.connections();
    const error = await failure(client.request({ url: `http://rebind.example:${server.port}/` }));
    expect(error.code).toBe('blocked_address');
    expect(asked).toHaveLength(2);
    expect(server.connections()).toBe(before);
  });

  test('the target of a redirect passes the same check', async () => {
    const location = encodeURIComponent('ftp://127.0.0.1/');
    const error = await failure(open.request({ url: `${server.url}/to?location=${location}` }));
    expect(error.code).toBe('task_failed');
    expect(error.message).toContain('ftp:');
  });

  test.each([
    ['file:///etc/passwd', 'scheme'],
    ['gopher://example.com/', 'scheme'],
    ['http://user:pass@example.com/', 'user name'],
    ['http://user@127.0.0.1@example.com/', 'user name'],
    ['nonsense', 'not a valid URL'],
  ])('refuses %s', async (url, message) => {
    const error = await failure(guarded.request({ url }));
    expect(error.code).toBe('task_failed');
    expect(error.message).toContain(message);
    await expect(assertPublicUrl(url, { allowPrivateUrls: true })).rejects.toMatchObject({
      code: 'invalid_params',
    });
  });

  test('registration refuses private targets and lets unknown names wait', async () => {
    const options = { allowPrivateUrls: false };
    await expect(assertPublicUrl('http://10.0.0.1/hook', options)).rejects.toMatchObject({
      code: 'blocked_address',
    });
    await expect(
      assertPublicUrl('http://10.0.0.1/hook', { allowPrivateUrls: true }),
    ).resolves.toBeUndefined();
    const lookup = async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    };
    await expect(assertPublicUrl('https://later.example/', { ...options, lookup })).resolves.toBeUndefined();
  });
});

describe('requests', () => {
  test('sends method, headers and body; keeps its own headers to itself', async () => {
    const answer = await open.request({
      url: `${server.url}/echo`,
      method: 'POST',
      headers: { 'X-One': '1', Host: 'evil.example', 'Transfer-Encoding': 'chunked' },
      body: 'hello',
    });
    const seen = JSON.parse(text(answer.body));
    expect(seen).toMatchObject({ method: 'POST', body: 'hello', headers: { 'x-one': '1' } });
    expect(seen.headers.host).toBe(`127.0.0.1:${server.port}`);
    expect(seen.headers['transfer-encoding']).toBeUndefined();
  });

  test('unpacks gzip, refuses a bomb, and says so of a broken body', async () => {
    expect(text((await open.request({ url: `${server.url}/gzip` })).body)).toBe('packed text');
    const bomb = await failure(open.request({ url: `${server.url}/bomb`, maxBytes: 1024 * 1024 }));
    expect(bomb).toMatchObject({ code: 'task_failed', details: { maxBytes: 1024 * 1024 } });
    const broken = await failure(open.request({ url: `${server.url}/broken-gzip` }));
    expect(broken.message).toContain('incorrect header check');
  });

  test('stops an endless body at the limit and oversized headers', async () => {
    const huge = await failure(open.request({ url: `${server.url}/huge`, maxBytes: 300_000 }));
    expect(huge.message).toContain('300000 bytes');
    const headers = await failure(open.request({ url: `${server.url}/headers` }));
    expect(headers.code).toBe('task_failed');
  });

  test('the time limit covers the body', async () => {
    const started = Date.now();
    const error = await failure(open.request({ url: `${server.url}/slow-body`, timeoutMs: 200 }));
    expect(error.code).toBe('task_timeout');
    expect(Date.now() - started).toBeLessThan(1_000);
  });

  test('an abort ends it at once', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const started = Date.now();
    const error = await failure(open.request({ url: `${server.url}/never`, signal: abort.signal }));
    expect(error.code).toBe('task_cancelled');
    expect(Date.now() - started).toBeLessThan(1_000);
  });

  test('names the phase of a network failure', async () => {
    const closed = await localServer(() => undefined);
    await closed.close();
    const refused = await failure(open.request({ url: closed.url }));
    expect(refused).toMatchObject({
      code: 'task_transient',
      details: { phase: 'connect', code: 'ECONNREFUSED' },
    });
    const lookup = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' });
    };
    const client = createHttpClient({ allowPrivateUrls: false, lookup });
    expect(await failure(client.request({ url: 'http://x.example/' }))).toMatchObject({
      details: { phase: 'lookup' },
    });
  });
});

describe('redirects', () => {
  test('follows them, drops credentials for another origin, keeps the rest', async () => {
    const location = encodeURIComponent(`${other.url}/`);
    const answer = await open.request({
      url: `${server.url}/to?location=${location}`,
      headers: { Authorization: 'Bearer x', Cookie: 'a=b', 'X-API-Key': 'k', 'X-Plain': 'p' },
    });
    const seen = JSON.parse(text(answer.body));
    expect(answer.url).toBe(`${other.url}/`);
    expect(seen).toMatchObject({ 'x-plain': 'p' });
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(seen[name]).toBeUndefined();
  });

  test.each([
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'body'],
    [308, 'POST', 'body'],
  ])('after %i a POST goes on as %s', async (status, method, body) => {
    const answer = await open.request({
      url: `${server.url}/to?status=${status}&location=/echo`,
      method: 'POST',
      headers: { authorization: 'same origin' },
      body: 'body',
    });
    expect(JSON.parse(text(answer.body))).toMatchObject({
      method,
      body,
      headers: { authorization: 'same origin' },
    });
  });

  test('ends a loop; none are followed when none are allowed', async () => {
    expect((await failure(open.request({ url: `${server.url}/loop` }))).message).toContain('5 redirects');
    expect((await open.request({ url: `${server.url}/loop`, maxRedirects: 0 })).status).toBe(302);
  });
});
