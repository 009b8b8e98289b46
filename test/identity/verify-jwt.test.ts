/** Tokens: what is checked of them, and that the algorithm is ours to choose. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createKeySource } from '../../src/identity/jwks.ts';
import { createJwtVerifier, type JwtOptions } from '../../src/identity/verify-jwt.ts';
import { JWT_SECRET, START_MS, signToken } from './make-identity.ts';

const clock = { ms: START_MS };
const now = () => clock.ms;
const seconds = START_MS / 1_000;
const refused = { code: 'unauthorized', message: 'Invalid or expired JWT token' };
const verifier = (options: Partial<JwtOptions> = {}) =>
  createJwtVerifier({ secret: JWT_SECRET, keys: null, issuer: null, audience: null, now, ...options });
afterEach(() => {
  clock.ms = START_MS;
});

describe('HS256', () => {
  it('takes a good token', async () => {
    const claims = await verifier()(signToken({ sub: 'ann', exp: seconds + 60, nbf: seconds - 60 }));
    expect(claims).toEqual({ userId: 'ann', displayName: null, roles: ['user'], plan: 'free' });
  });

  it.each([
    ['expired', signToken({ sub: 'ann', exp: seconds - 60 })],
    ['not yet good', signToken({ sub: 'ann', nbf: seconds + 60 })],
    ['an expiry that is no number', signToken({ sub: 'ann', exp: 'never' })],
    ['signed under another secret', signToken({ sub: 'ann' }, { secret: 'another' })],
    [
      'signed under the published secret',
      signToken({ sub: 'ann' }, { secret: 'demo-secret-key-change-in-production' }),
    ],
    ['without a user', signToken({ role: 'admin' })],
    ['an empty user', signToken({ sub: '' })],
    ['a user that is no text', signToken({ sub: 7 })],
    ['a line break in the user', signToken({ sub: 'ann\nadmin' })],
    ['a guest', signToken({ sub: 'guest:ab12cd34ef56ab12cd34' })],
    ['algorithm none', signToken({ sub: 'ann' }, { header: { alg: 'none' } })],
    ['another algorithm', signToken({ sub: 'ann' }, { header: { alg: 'HS512' } })],
    ['RS256, signed as HS256', signToken({ sub: 'ann' }, { header: { alg: 'RS256' } })],
    [
      'an extension that must be understood',
      signToken({ sub: 'ann' }, { header: { alg: 'HS256', crit: ['x'] } }),
    ],
    ['no signature', `${signToken({ sub: 'ann' }).split('.').slice(0, 2).join('.')}.`],
    ['four parts', `${signToken({ sub: 'ann' })}.x`],
    ['too long', signToken({ sub: 'ann', padding: 'x'.repeat(10_000) })],
    ['nothing', ''],
    ['not JSON', 'YQ.YQ.YQ'],
  ])('%s is refused with the one text', async (_name, token) => {
    await expect(verifier()(token)).rejects.toMatchObject(refused);
  });

  it('demands issuer and audience where they are set', async () => {
    const verify = verifier({ issuer: 'us', audience: 'here' });
    expect((await verify(signToken({ sub: 'ann', iss: 'us', aud: ['there', 'here'] }))).userId).toBe('ann');
    for (const payload of [
      {},
      { iss: 'us' },
      { aud: 'here' },
      { iss: 'them', aud: 'here' },
      { iss: 'us', aud: 'x' },
    ])
      await expect(verify(signToken({ sub: 'ann', ...payload }))).rejects.toMatchObject(refused);
  });

  it('is refused where there is no secret', async () => {
    await expect(verifier({ secret: null })(signToken({ sub: 'ann' }))).rejects.toMatchObject(refused);
  });
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
interface Pair {
  readonly algorithm: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
const rsa: Pair = { algorithm: 'RS256', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };
const ec: Pair = { algorithm: 'ES256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
const ed: Pair = { algorithm: 'EdDSA', ...generateKeyPairSync('ed25519') };

function issue(pair: Pair, kid: string, payload: object, algorithm = pair.algorithm): string {
  const text = `${part({ alg: algorithm, kid })}.${part(payload)}`;
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${text}.${sign(hash, Buffer.from(text), key).toString('base64url')}`;
}
const jwkOf = (pair: Pair, kid: string) => ({ ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' });

/** An identity provider on a real port. */
async function startProvider(keys: object[]) {
  const provider = { keys, asked: 0, isBroken: false };
  const server = createServer((_request, response) => {
    provider.asked++;
    response.writeHead(provider.isBroken ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: provider.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  const http = createHttpClient({ allowPrivateUrls: true });
  const fetchKeys = async () => {
    const { status, body } = await http.request({ url });
    if (status !== 200) throw new Error(`${status}`);
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  };
  const verify = verifier({
    secret: null,
    keys: createKeySource({ fetchKeys, now }),
    issuer: 'us',
    audience: 'here',
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return Object.assign(provider, { verify, [Symbol.asyncDispose]: stop });
}
const claims = { sub: 'ann', iss: 'us', aud: 'here' };

describe('keys of an identity provider', () => {
  it('takes RS256, ES256 and EdDSA, and asks once', async () => {
    await using provider = await startProvider([jwkOf(rsa, 'r'), jwkOf(ec, 'e'), jwkOf(ed, 'd')]);
    const tokens = [issue(rsa, 'r', claims), issue(ec, 'e', claims), issue(ed, 'd', claims)];
    const users = await Promise.all(tokens.map(async (token) => (await provider.verify(token)).userId));
    expect(users).toEqual(['ann', 'ann', 'ann']);
    expect(provider.asked).toBe(1);
  });

  it("refuses what is not the key's, and a public key used as a secret", async () => {
    await using provider = await startProvider([jwkOf(rsa, 'r'), jwkOf(ec, 'e')]);
    const text = `${part({ alg: 'HS256', kid: 'r' })}.${part(claims)}`;
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const bad = [
      `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`,
      issue(rsa, 'e', claims),
      issue(rsa, 'r', { ...claims, aud: 'elsewhere' }),
      issue(rsa, 'r', { ...claims, sub: 'guest:x' }),
      signToken(claims),
      issue(ed, 'd', claims),
    ];
    for (const token of bad) await expect(provider.verify(token)).rejects.toMatchObject(refused);
  });

  it('finds a new key when one is used, and is no nuisance with invented ones', async () => {
    await using provider = await startProvider([jwkOf(rsa, 'old')]);
    expect((await provider.verify(issue(rsa, 'old', claims))).userId).toBe('ann');
    provider.keys = [jwkOf(ec, 'new')];
    await expect(provider.verify(issue(ec, 'new', claims))).rejects.toMatchObject(refused);
    clock.ms += 31_000;
    expect((await provider.verify(issue(ec, 'new', claims))).userId).toBe('ann');
    for (let index = 0; index < 20; index++)
      await expect(provider.verify(issue(ec, `invented-${index}`, claims))).rejects.toMatchObject(refused);
    expect(provider.asked).toBe(2);
  });

  it('an outage is no verdict: known keys go on, unknown ones are unavailable', async () => {
    await using provider = await startProvider([jwkOf(rsa, 'r')]);
    provider.isBroken = true;
    const token = issue(rsa, 'r', claims);
    await expect(provider.verify(token)).rejects.toMatchObject({ code: 'unavailable' });
    provider.isBroken = false;
    clock.ms += 31_000;
    expect((await provider.verify(token)).userId).toBe('ann');
    provider.isBroken = true;
    clock.ms += 60 * 60_000;
    expect((await provider.verify(token)).userId).toBe('ann');
  });
});
