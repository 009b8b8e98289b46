/** The web app as the API serves it: caching, compression, deep links, nothing outside its folder. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webAppFiles } from '../../src/composition/web-app-files.ts';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const INDEX = '<!doctype html><title>App</title>';
const SCRIPT = `console.log(${JSON.stringify('x'.repeat(2_000))})`;
let folder: string;
let api: TestApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-web-'));
  await mkdir(join(folder, 'app', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.html'), 'outside');
  await writeFile(join(folder, 'app', 'index.html'), INDEX);
  await writeFile(join(folder, 'app', '.built-from'), 'hash');
  await writeFile(join(folder, 'app', 'assets', 'index-1a2b.js'), SCRIPT);
  await writeFile(join(folder, 'app', 'assets', 'index-1a2b.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(folder, 'app', 'assets', 'index-1a2b.js.gz'), gzipSync(SCRIPT));
  api = await startTestApi(createMemoryStore(), { deps: { webApp: webAppFiles(join(folder, 'app')) } });
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** As typed: fetch would tidy the path and unpack the body. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(api.url, { method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Answer['headers'],
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('addresses', () => {
  it.each(['/', '/app'])('%s leads to the app', async (path) => {
    const { status, headers } = await raw(path, { accept: 'application/json' });
    expect(status).toBe(302);
    expect(headers['location']).toBe('/app/');
  });
  it.each(['/app/', '/app/studies', '/app/studies/a.b-c%20d', '/app/index.html'])(
    '%s is the page itself',
    async (path) => {
      const { status, headers, body } = await raw(path);
      expect(status).toBe(200);
      expect(body.toString()).toBe(INDEX);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-cache');
      expect(headers['set-cookie']).toBeUndefined();
      expect(headers['content-security-policy']).toContain("script-src 'self';style-src 'self'");
    },
  );
  it.each(['/app/assets/index-0000.js', '/app/assets/', '/app/nothing.css', '/app/.built-from.txt'])(
    '%s is missed, and not answered with a page',
    async (path) => {
      const { status, headers } = await raw(path);
      expect(status).toBe(404);
      expect(headers['cache-control'] ?? '').not.toContain('immutable');
    },
  );
  it.each([
    '/app/../secret.html',
    '/app/%2e%2e/secret.html',
    '/app/..%2fsecret.html',
    '/app/assets/../../secret.html',
    '/app/assets%2f..%2f..%2fsecret.html',
    '/app/%00',
    '/app/%ff',
  ])('%s leads to nothing outside', async (path) => {
    const { status, body } = await raw(path);
    expect(status).toBeLessThan(500);
    expect(body.toString()).not.toContain('outside');
  });
  it('leaves POST / to the agents, and asks what an address of the API is for nobody', async () => {
    expect((await api.post('/', { jsonrpc: '2.0', id: 1, method: 'nope' })).status).not.toBe(405);
    const { status } = await raw('/tasks', { accept: 'text/html' });
    expect(status).toBe(405);
  });
});

describe('files', () => {
  const path = '/app/assets/index-1a2b.js';
  it('are kept for good under their hashed name', async () => {
    const { status, headers, body } = await raw(path);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers['vary']).toContain('Accept-Encoding');
    expect(body.toString()).toBe(SCRIPT);
  });
  it('come packed as the client can take them', async () => {
    const packed = async (accepted: string) => raw(path, { 'accept-encoding': accepted });
    const brotli = await packed('gzip, deflate, br, zstd');
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toBe(SCRIPT);
    const gzip = await packed('gzip');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toBe(SCRIPT);
  });
  it('are not sent again when nothing changed; HEAD sends none', async () => {
    const first = await raw('/app/');
    const again = await raw('/app/', { 'if-none-match': first.headers['etag'] ?? '' });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const head = await raw(path, {}, 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });
  it('are those of a newer build as soon as it lies there', async () => {
    const files = webAppFiles(join(folder, 'later'));
    expect(await files.file('index.html')).toBeNull();
    await mkdir(join(folder, 'later'), { recursive: true });
    await writeFile(join(folder, 'later', 'index.html'), 'first');
    await expect
      .poll(async () => (await files.file('index.html'))?.body.toString(), { timeout: 5_000 })
      .toBe('first');
    await writeFile(join(folder, 'later', 'index.html'), 'second');
    await utimes(join(folder, 'later', 'index.html'), new Date(), new Date(Date.now() + 5_000));
    await expect
      .poll(async () => (await files.file('index.html'))?.body.toString(), { timeout: 5_000 })
      .toBe('second');
  });
});

describe('a server whose app was not built', () => {
  it('says so, and how to build it', async () => {
    const bare = await startTestApi(createMemoryStore());
    try {
      const answer = await fetch(`${bare.url}/app/`);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('npm run build:web');
      expect((await fetch(`${bare.url}/live`)).status).toBe(200);
    } finally {
      await bare.stop();
    }
  });
});

it('tells the app about the server', async () => {
  const facts = JSON.parse((await raw('/app/server.json')).body.toString());
  expect(facts).toMatchObject({ version: expect.any(String), demo_mode: expect.any(Boolean) });
});

it('tells the app who its visitor is', async () => {
  const me = async (user: string) =>
    JSON.parse((await raw('/app/me.json', { 'x-user': user })).body.toString());
  expect(await me('user-a')).toEqual({ user_id: 'user-a', is_guest: false, is_admin: false });
  expect(await me('boss;admin')).toMatchObject({ is_admin: true });
});
