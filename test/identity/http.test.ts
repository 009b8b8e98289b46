/** The chain behind the real API: cookies, CORS, the CSRF rule, and the routes about users. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentity } from '../../src/identity/create-identity.ts';
import { createMemoryStore } from '../api/support/memory-store.ts';
import { startTestApi, type TestApi } from '../api/support/test-api.ts';
import { makeIdentity, signToken } from './make-identity.ts';

const LISTED = 'http://localhost:3000';
const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0',
  'sec-fetch-site': 'same-site',
};
const CREATE = { jsonrpc: '2.0', id: 1, method: 'tasks.create', params: { name: 'mine' } };
const clock = { ms: Date.now() };
const token = (payload: object) => `Bearer ${signToken(payload)}`;

let api: TestApi;
let closed: TestApi;
beforeAll(async () => {
  const store = createMemoryStore();
  const { parts } = makeIdentity({ keys: store.keys, clock });
  api = await startTestApi(store, { deps: { identity: createIdentity(parts), keys: parts.keys } });
  const off = makeIdentity({ isDemoMode: false, clock });
  const settings = { demoMode: false };
  closed = await startTestApi(createMemoryStore(), {
    deps: { identity: createIdentity(off.parts) },
    settings,
  });
});
afterAll(async () => {
  await api?.stop();
  await closed?.stop();
});

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly body: any;
}
/** fetch would add headers of its own; what browsers and programs send is the point here. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
  to = api,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const type = text === undefined ? {} : { 'content-type': 'application/json' };
    const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text as string)) };
    const sent = request(
      to.url + path,
      { method, headers: { ...type, ...length, ...headers } },
      (response) => {
        let received = '';
        response.on('data', (chunk) => {
          received += String(chunk);
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            cookies: response.headers['set-cookie'] ?? [],
            headers: response.headers,
            body: /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(received) : received,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}
const session = ({ cookies }: Answer) => cookies[0]?.split(';')[0] ?? '';

describe('the first visit', () => {
  it('is answered, with the session', async () => {
    const first = await send('GET', '/auth/auto-login', BROWSER);
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      auto_login_enabled: true,
      message: 'Auto-login is enabled via browser cookies',
      auth_method: 'cookie',
    });
    expect(first.cookies).toHaveLength(1);
    expect(first.headers['cache-control']).toBe('no-store');
    const second = await send('GET', '/auth/auto-login', { ...BROWSER, cookie: session(first) });
    expect(second.body).toEqual(first.body);
    expect(second.cookies).toEqual([]);
  });

  it('is refused where guests are off, and a bad header is refused anywhere', async () => {
    const refused = await send('GET', '/auth/auto-login', BROWSER, undefined, closed);
    expect(refused.status).toBe(401);
    expect(refused.body.error.message).toContain('DEMO_MODE=true');
    const signedIn = await send(
      'GET',
      '/auth/auto-login',
      { authorization: token({ sub: 'ann' }) },
      undefined,
      closed,
    );
    expect(signedIn.body).toMatchObject({ auto_login_enabled: false, auth_method: 'jwt' });
    const bad = await send('POST', '/tasks', { authorization: 'Bearer abc.def.ghi', origin: LISTED }, CREATE);
    expect(bad.status).toBe(401);
    expect(bad.body).toMatchObject({
      jsonrpc: '2.0',
      error: { code: -32001, message: 'Unauthorized', data: 'Invalid or expired JWT token' },
    });
    expect('id' in bad.body).toBe(false);
    expect(bad.headers['access-control-allow-origin']).toBe(LISTED);
    expect(bad.cookies).toEqual([]);
  });

  it('gives no session on probes, documents, preflights, and beside Authorization', async () => {
    for (const path of ['/live', '/health', '/docs', '/openapi.json', '/tasks/methods', '/docs/style.css'])
      expect((await send('GET', path, BROWSER)).cookies, path).toEqual([]);
    const preflight = { ...BROWSER, origin: LISTED, 'access-control-request-method': 'POST' };
    expect((await send('OPTIONS', '/tasks', preflight)).cookies).toEqual([]);
    const signedIn = { ...BROWSER, authorization: token({ sub: 'ann' }) };
    expect((await send('POST', '/tasks', signedIn, CREATE)).cookies).toEqual([]);
  });
});

describe('guests', () => {
  it('do not see what others have', async () => {
    const one = await send('POST', '/tasks', { ...BROWSER, 'accept-language': 'en' }, CREATE);
    const other = await send('POST', '/tasks', { ...BROWSER, 'accept-language': 'de' }, CREATE);
    expect(one.body.result.user_id).toMatch(/^guest:[0-9a-f]{20}$/);
    expect(other.body.result.user_id).not.toBe(one.body.result.user_id);
    const get = { ...CREATE, method: 'tasks.get', params: { task_id: one.body.result.id } };
    expect((await send('POST', '/tasks', { cookie: session(one) }, get)).body.result.name).toBe('mine');
    expect((await send('POST', '/tasks', { cookie: session(other) }, get)).body.result).toBeNull();
  });

  it('who run curl keep their tasks without a cookie', async () => {
    const made = await send('POST', '/tasks', { 'user-agent': 'curl/8.5.0' }, CREATE);
    const get = { ...CREATE, method: 'tasks.get', params: { task_id: made.body.result.id } };
    expect((await send('POST', '/tasks', { 'user-agent': 'curl/8.5.0' }, get)).body.result.name).toBe('mine');
    expect((await send('POST', '/tasks', { 'user-agent': 'curl/7' }, get)).body.result).toBeNull();
  });
});

describe('what another site has a browser send', () => {
  const foreign = 'http://evil.example';
  const own = () => api.url;
  const visit = async () => session(await send('GET', '/auth/auto-login', BROWSER));
  const form = { 'content-type': 'text/plain' };

  it.each<[string, () => Promise<Record<string, string>>, number]>([
    ['a session, no origin', async () => ({ cookie: await visit() }), 200],
    ['a session, our own page', async () => ({ cookie: await visit(), origin: own() }), 200],
    ['a session, a listed page', async () => ({ cookie: await visit(), origin: LISTED }), 200],
    ['a session, a foreign page', async () => ({ cookie: await visit(), origin: foreign }), 403],
    ['a session, a page without origin', async () => ({ cookie: await visit(), origin: 'null' }), 403],
    ['a session, no JSON', async () => ({ cookie: await visit(), ...form }), 403],
    [
      'a token in a cookie, a foreign page',
      async () => ({ cookie: `auth_token=${signToken({ sub: 'ann' })}`, origin: foreign }),
      403,
    ],
    ['nothing, a foreign page', async () => ({ origin: foreign }), 403],
    ['nothing, a listed page, no JSON', async () => ({ origin: LISTED, ...form }), 403],
    [
      'curl without JSON',
      async () => ({ 'user-agent': 'curl/8', 'content-type': 'application/x-www-form-urlencoded' }),
      200,
    ],
    [
      'a token in the header, a foreign page',
      async () => ({ authorization: token({ sub: 'ann' }), origin: foreign }),
      200,
    ],
  ])('%s', async (_name, headers, status) => {
    const answer = await send('POST', '/tasks', await headers(), CREATE);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.error).toMatchObject({ code: -32003, message: 'Forbidden' });
  });

  it('may be read where every origin is listed, but never with a session', async () => {
    const { parts } = makeIdentity({ clock });
    const open = await startTestApi(createMemoryStore(), {
      deps: { identity: createIdentity(parts) },
      settings: { corsOrigins: '*' },
    });
    const cookie = session(await send('GET', '/auth/auto-login', BROWSER, undefined, open));
    expect((await send('POST', '/tasks', { origin: foreign }, CREATE, open)).status).toBe(200);
    expect((await send('POST', '/tasks', { origin: foreign, cookie }, CREATE, open)).status).toBe(403);
    await open.stop();
  });
});

describe('the users', () => {
  const admin = { authorization: token({ sub: 'root', role: 'admin' }) };

  it('are listed from their first write on', async () => {
    const agent = { 'user-agent': 'Mozilla/5.0 (Macintosh) Firefox/140.0', 'sec-fetch-site': 'none' };
    const looked = await send('POST', '/tasks', agent, { ...CREATE, method: 'tasks.list', params: {} });
    const list = async (query: string) => (await send('GET', `/api/users/list${query}`, admin)).body;
    const names = async (query = '') =>
      (await list(query)).users.map((user: { username: string }) => user.username);
    expect((await names()).some((name: string) => name.startsWith('Guest_Mac_Firefox_'))).toBe(false);
    await send('POST', '/tasks', { ...agent, cookie: session(looked) }, CREATE);
    const { success, users, count } = await list('?limit=1000');
    expect(success).toBe(true);
    expect(count).toBe(users.length);
    const user = users.find((entry: { username: string }) => entry.username.startsWith('Guest_Mac_Firefox_'));
    expect(Object.keys(user)).toEqual([
      'user_id',
      'username',
      'status',
      'last_active_at',
      'source',
      'user_agent',
      'created_at',
    ]);
    expect(user).toMatchObject({ status: 'active', user_agent: agent['user-agent'] });
    expect(await names('?limit=1')).toHaveLength(1);
    expect(await names('?status=inactive')).toEqual([]);
    expect((await send('GET', '/api/users/list?limit=x', admin)).status).toBe(400);
    expect((await send('GET', '/api/users/list?status=odd', admin)).status).toBe(400);
  });

  it.each(['all', 'day', 'week', 'month', 'year'])('are counted for %s', async (period) => {
    const { status, body } = await send('GET', `/api/users/stats?period=${period}`, admin);
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, period });
    expect(body.total_users).toBeGreaterThan(0);
    expect(body.active_users).toBe(body.total_users);
    expect(body.new_users).toBe(body.total_users);
    expect(typeof body.timestamp).toBe('string');
  });

  it('are not for guests, nor is an unknown period for anybody', async () => {
    const refused = { success: false, error: 'unauthorized', message: 'Admin authentication required' };
    expect((await send('GET', '/api/users/stats', BROWSER)).body).toEqual(refused);
    expect((await send('GET', '/api/users/stats?period=decade', admin)).status).toBe(400);
  });
});
