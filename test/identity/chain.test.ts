/** The order of credentials, what a bad one does, and who somebody without any is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApiKeys } from '../../src/identity/api-keys.ts';
import { guestName } from '../../src/identity/guest-name.ts';
import { createMemoryStore } from '../api/support/memory-store.ts';
import { type Asked, makeIdentity, signToken } from './make-identity.ts';

const CHROME = {
  'user-agent':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36',
  'accept-language': 'en',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
};
const CURL = { 'user-agent': 'curl/8.5.0', accept: '*/*' };
const cookieOf = ({ cookies }: Asked) => {
  const set = cookies.find((cookie) => cookie.startsWith('demo_session_id='));
  return set?.slice(0, set.indexOf(';')) ?? '';
};
const bearer = (payload: object) => ({ authorization: `Bearer ${signToken(payload)}` });

describe('Authorization', () => {
  it.each([
    ['Bearer', (token: string) => `Bearer ${token}`],
    ['bearer', (token: string) => `bearer ${token}`],
    ['raw', (token: string) => token],
  ])('%s: takes a token', async (_name, write) => {
    const { ask } = makeIdentity();
    const { identity, cookies } = await ask({ authorization: write(signToken({ sub: 'ann', name: 'Ann' })) });
    expect(identity).toMatchObject({
      userId: 'ann',
      roles: ['user'],
      isAdmin: false,
      source: 'jwt',
      plan: 'free',
      isGuest: false,
      displayName: 'Ann',
    });
    expect(cookies).toEqual([]);
  });

  it.each([['Bearer abc.def.ghi'], ['Bearer '], ['Basic dXNlcjpwYXNz'], ['nonsense']])(
    '%s is refused and falls through to nothing',
    async (authorization) => {
      const { ask } = makeIdentity();
      const session = cookieOf(await ask(CHROME));
      const { error, cookies } = await ask({ ...CHROME, authorization, cookie: session });
      expect(error).toMatchObject({ code: 'unauthorized', message: 'Invalid or expired JWT token' });
      expect(cookies).toEqual([]);
    },
  );

  it('knows roles in every spelling, and none it does not know', async () => {
    const { ask } = makeIdentity();
    const roles = async (payload: object) => (await ask(bearer({ sub: 'x', ...payload }))).identity?.roles;
    expect(await roles({ roles: ['admin', 'boss'] })).toEqual(['admin']);
    expect(await roles({ roles: 'reviewer' })).toEqual(['reviewer']);
    expect(await roles({ role: 'admin' })).toEqual(['admin']);
    expect(await roles({ roles: ['boss'] })).toEqual(['user']);
  });

  it('beats cookies', async () => {
    const { ask } = makeIdentity();
    const cookie = `authorization=${signToken({ sub: 'bob' })}`;
    expect((await ask({ ...bearer({ sub: 'ann' }), cookie })).identity?.userId).toBe('ann');
  });
});

describe('API keys', () => {
  it('are taken in both headers until they are revoked or over', async () => {
    const store = createMemoryStore();
    const { ask, parts, clock } = makeIdentity({ keys: store.keys });
    const make = (expiresAt: string | null) =>
      parts.keys.create({ userId: 'ann', name: 'n', roles: ['reviewer'], plan: 'premium', expiresAt });
    const { key, record } = await make(null);
    expect(JSON.stringify(await store.keys.list())).not.toContain(key);
    for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }, { authorization: key }])
      expect((await ask(headers)).identity).toMatchObject({
        userId: 'ann',
        roles: ['reviewer'],
        plan: 'premium',
        source: 'api_key',
      });
    await parts.keys.revoke(record.keyId);
    const refused = { code: 'unauthorized', message: 'Invalid, expired or revoked API key' };
    expect((await ask({ 'x-api-key': key })).error).toMatchObject(refused);

    const short = await make(new Date(clock.ms + 1_000).toISOString());
    expect((await ask({ 'x-api-key': short.key })).identity).not.toBeNull();
    clock.ms += 1_000;
    expect((await ask({ 'x-api-key': short.key })).error).toMatchObject(refused);
    for (const bad of ['tg_x', 'x', `${short.key}x`])
      expect((await ask({ ...CHROME, 'x-api-key': bad })).error).toMatchObject(refused);
  });

  it('revoked in another process are refused here within the time they are kept', async () => {
    const { keys: store } = createMemoryStore();
    const clock = { ms: Date.now() };
    const process = () => createApiKeys({ store, freshMs: 1_000, now: () => clock.ms });
    const [here, there] = [process(), process()];
    const input = { userId: 'ann', name: 'n', roles: ['user'], plan: 'free', expiresAt: null } as const;
    const { key, record } = await here.create(input);
    expect(await here.check(key)).toEqual(record);
    await there.revoke(record.keyId);
    expect(await there.check(key)).toBeNull();
    clock.ms += 1_001;
    expect(await here.check(key)).toBeNull();
  });

  it('revoked while they are looked up are not kept', async () => {
    const { keys: store } = createMemoryStore();
    const { promise: looked, resolve: goOn } = Promise.withResolvers<void>();
    const slow = {
      ...store,
      findByHash: async (hash: string) => {
        const found = await store.findByHash(hash);
        await looked;
        return found;
      },
    };
    const keys = createApiKeys({ store: slow, freshMs: Number.POSITIVE_INFINITY, now: Date.now });
    const { key, record } = await keys.create({
      userId: 'ann',
      name: 'n',
      roles: ['user'],
      plan: 'free',
      expiresAt: null,
    });
    const checking = keys.check(key);
    await keys.revoke(record.keyId);
    goOn();
    await checking;
    expect(await keys.check(key)).toBeNull();
  });

  it('the operator key is an admin without limits', async () => {
    const { ask } = makeIdentity({ operatorKey: `tg_${'k'.repeat(43)}` });
    expect((await ask({ 'x-api-key': `tg_${'k'.repeat(43)}` })).identity).toMatchObject({
      userId: 'local',
      isAdmin: true,
      plan: 'internal',
      source: 'operator_key',
    });
    expect((await ask({ 'x-api-key': `tg_${'j'.repeat(43)}` })).error?.code).toBe('unauthorized');
  });
});

describe('cookies', () => {
  it.each(['authorization', 'auth_token'])('%s carries a token', async (name) => {
    const { ask } = makeIdentity();
    const { identity, cookies } = await ask({ ...CHROME, cookie: `${name}=${signToken({ sub: 'ann' })}` });
    expect(identity).toMatchObject({ userId: 'ann', source: 'jwt_cookie', credential: 'cookie' });
    expect(cookies).toEqual([]);
  });

  it('a bad one is deleted and the next rule applies', async () => {
    const { ask } = makeIdentity();
    const good = `auth_token=${signToken({ sub: 'ann' })}`;
    const first = await ask({ ...CHROME, cookie: `authorization=abc.def.ghi; ${good}` });
    expect(first.identity?.userId).toBe('ann');
    expect(first.cookies).toHaveLength(1);
    expect(first.cookies[0]).toMatch(/^authorization=; Max-Age=0; .*Path=\//);
    const guest = await ask({ ...CHROME, cookie: 'authorization=abc.def.ghi' });
    expect(guest.identity?.isGuest).toBe(true);
    expect(guest.cookies).toHaveLength(2);
  });

  it('agents send none and get none', async () => {
    const { ask } = makeIdentity();
    const cookie = `authorization=${signToken({ sub: 'ann' })}`;
    for (const path of ['/', '/mcp', '/a2a']) {
      const { identity, cookies } = await ask({ ...CURL, cookie }, { path });
      expect(identity?.source).toBe('fingerprint');
      expect(cookies).toEqual([]);
    }
  });
});

describe('the session of a guest', () => {
  it('is given at the first visit and holds whatever else changes', async () => {
    const { ask } = makeIdentity();
    const first = await ask(CHROME);
    expect(first.identity).toMatchObject({ isGuest: true, isAdmin: false, plan: 'free', roles: ['user'] });
    expect(first.cookies[0]).toMatch(
      /^demo_session_id=[\w.-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const again = await ask({ 'user-agent': 'other', cookie: cookieOf(first) }, { ip: '198.51.100.1' });
    expect(again.identity?.userId).toBe(first.identity?.userId);
    expect(again.identity?.source).toBe('session_cookie');
    expect(again.identity?.fingerprint).not.toBe(first.identity?.fingerprint);
    expect(again.cookies).toEqual([]);
  });

  it('is renewed while it is used, and ends after thirty days', async () => {
    const { ask, clock } = makeIdentity();
    const first = await ask(CHROME);
    clock.ms += 20 * 86_400_000;
    const renewed = await ask({ ...CHROME, cookie: cookieOf(first) });
    expect(renewed.identity?.userId).toBe(first.identity?.userId);
    expect(cookieOf(renewed)).not.toBe('');
    clock.ms += 20 * 86_400_000;
    const held = await ask({ ...CHROME, cookie: cookieOf(renewed) });
    expect(held.identity?.userId).toBe(first.identity?.userId);
    const over = await ask({ ...CHROME, cookie: cookieOf(first) });
    expect(over.identity?.userId).not.toBe(first.identity?.userId);
  });

  it('cannot be changed, moved to another server, or made up', async () => {
    const { ask } = makeIdentity();
    const cookie = cookieOf(await ask(CHROME));
    const elsewhere = cookieOf(await makeIdentity({ secret: 'another secret' }).ask(CHROME));
    const [name, value] = cookie.split('=') as [string, string];
    const swapped = `${name}=${value.replace(/^./, (first) => (first === '0' ? '1' : '0'))}`;
    for (const bad of [swapped, `${cookie}x`, elsewhere, `${name}=guest`, `${name}=`]) {
      const { identity, cookies } = await ask({ ...CHROME, cookie: bad });
      expect(identity?.source, bad).toBe('fingerprint');
      expect(cookies, bad).toHaveLength(1);
    }
  });

  it('has the attributes the deployment needs', async () => {
    const https = makeIdentity({ style: { sameSite: 'lax', isSecure: true } });
    expect((await https.ask(CHROME)).cookies[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    const elsewhere = makeIdentity({ style: { sameSite: 'none', isSecure: true } });
    expect((await elsewhere.ask(CHROME)).cookies[0]).toMatch(
      /; Path=\/; HttpOnly; SameSite=None; Secure; Partitioned$/,
    );
  });
});

describe('without any credential', () => {
  const idOf = async (asked: Promise<Asked>) => (await asked).identity?.userId;

  it('curl is its fingerprint, today and tomorrow', async () => {
    const { ask, clock } = makeIdentity();
    const first = await idOf(ask(CURL));
    clock.ms += 86_400_000;
    expect(await idOf(ask({ ...CURL, accept: 'text/event-stream' }))).toBe(first);
    expect(await idOf(ask(CURL, { ip: '198.51.100.1' }))).not.toBe(first);
    expect(await idOf(ask({ ...CURL, 'user-agent': 'curl/9' }))).not.toBe(first);
  });

  it("Node's fetch, which keeps no cookies, is a program", async () => {
    const { ask, clock } = makeIdentity();
    const node = { 'user-agent': 'node', 'accept-language': '*', 'sec-fetch-mode': 'cors' };
    const first = await idOf(ask(node));
    clock.ms += 60_000;
    expect(await idOf(ask(node))).toBe(first);
  });

  it('the first requests of one browser are one visitor, an identical browser later is another', async () => {
    const { ask, clock } = makeIdentity();
    const parallel = await Promise.all(Array.from({ length: 10 }, () => idOf(ask(CHROME))));
    expect(new Set(parallel).size).toBe(1);
    clock.ms += 29_999;
    expect(await idOf(ask(CHROME))).toBe(parallel[0]);
    clock.ms += 1;
    expect(await idOf(ask(CHROME))).not.toBe(parallel[0]);
    expect(await idOf(ask(CHROME, { ip: '198.51.100.1' }))).not.toBe(parallel[0]);
    const post = { 'user-agent': 'app', origin: 'http://localhost:3000' };
    const earlier = await idOf(ask(post));
    clock.ms += 30_000;
    expect(await idOf(ask(post))).not.toBe(earlier);
  });

  it('a network of IPv6 is one address, and loopback is one however it is written', async () => {
    const { ask } = makeIdentity();
    const marks = async (ip: string) => (await ask(CURL, { ip })).identity;
    const one = await marks('2001:db8:1:2::1');
    expect((await marks('2001:db8:1:2:ffff::9'))?.ipHash).toBe(one?.ipHash);
    expect((await marks('2001:db8:1:3::1'))?.ipHash).not.toBe(one?.ipHash);
    expect((await marks('::ffff:192.0.2.1'))?.ipHash).toBe((await marks('192.0.2.1'))?.ipHash);
    expect((await marks('::1'))?.userId).toBe((await marks('127.0.0.1'))?.userId);
    expect(JSON.stringify(one)).not.toContain('2001');
  });

  it('outside demo mode there are no guests, and the way out is said', async () => {
    const demo = makeIdentity();
    const { ask } = makeIdentity({ isDemoMode: false });
    const { error, cookies } = await ask({ ...CHROME, cookie: cookieOf(await demo.ask(CHROME)) });
    expect(error?.code).toBe('unauthorized');
    expect(error?.message).toMatch(/^Missing Authorization header or cookie\. .*X-API-Key.*DEMO_MODE/);
    expect(cookies[0]).toMatch(/^demo_session_id=; Max-Age=0/);
    expect((await ask(bearer({ sub: 'ann' }))).identity?.userId).toBe('ann');
  });
});

it('no headers, however odd, are more than a guest or a refusal', async () => {
  const { ask } = makeIdentity();
  const names = ['authorization', 'x-api-key', 'cookie', 'user-agent', 'origin', 'accept-language'];
  const token = signToken({ sub: 'ann' });
  const odd = fc.oneof(
    fc.string(),
    fc.base64String().map((text) => `${text}.${text}.${text}`),
    fc.nat(token.length - 1).map((length) => token.slice(0, length)),
    fc.string().map((text) => `demo_session_id=${text}; authorization=%${text}; auth_token`),
    fc
      .record({ sub: fc.anything(), role: fc.anything() })
      .map((payload) => `Bearer ${signToken(payload, { secret: 'x' })}`),
  );
  const headers = fc.dictionary(fc.constantFrom(...names), odd);
  const property = fc.asyncProperty(headers, fc.string(), async (given, ip) => {
    const { identity, error } = await ask({ ...given }, { ip });
    if (error === null) expect(identity?.isGuest).toBe(true);
    else expect(error.code).toBe('unauthorized');
  });
  await fc.assert(property, { numRuns: 500 });
});

describe('names of guests', () => {
  it.each([
    [CHROME['user-agent'], 'Guest_Mac_Chrome_ab12cd34'],
    ['Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0', 'Guest_Windows_Firefox_ab12cd34'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1',
      'Guest_iOS_Safari_ab12cd34',
    ],
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36 Edg/142.0', 'Guest_Linux_Edge_ab12cd34'],
    ['curl/8.5.0', 'Guest_curl_ab12cd34'],
    ['something new', 'Guest_ab12cd34'],
    [null, 'Guest_ab12cd34'],
  ])('%s is %s', (userAgent, name) => {
    expect(guestName('guest:ab12cd34ef56ab12cd34', userAgent)).toBe(name);
  });
});
