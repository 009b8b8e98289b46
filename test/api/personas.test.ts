/** Personas over plain HTTP and JSON-RPC: the same operations, the same rules. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Persona } from '../../src/core/persona/persona.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const noor = {
  name: 'Noor Haddad',
  occupation: 'Pharmacist',
  location: 'Amman, Jordan',
  tech_proficiency: 'Medium',
  behavioral_traits: ['compares prices', 'asks colleagues first'],
};
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let api: TestApi;
let store: Store;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-personas-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  api = await startTestApi(store);
});
afterAll(async () => {
  await api.stop();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

async function send(
  verb: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(api.url + path, {
    method: verb,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
const by = (user: string, more: Record<string, string> = {}) => ({ 'x-user': user, ...more });
const create = async (user: string, fields: object = {}) =>
  (await send('POST', '/personas', { ...noor, ...fields }, by(user))).body as Persona;

describe('plain HTTP', () => {
  it('makes, reads, replaces, changes and deletes', async () => {
    const made = await send('POST', '/personas', { ...noor, unknown: 1 }, by('ann'));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...noor, owner: 'ann', is_shipped: false, version: 1 });
    expect(made.body).not.toHaveProperty('unknown');
    const path = `/personas/${made.body.id}`;
    expect(made.headers.get('location')).toBe(path);
    expect(made.headers.get('etag')).toBe('"1"');
    expect((await send('GET', path, undefined, by('ann'))).body).toEqual(made.body);
    const put = await send('PUT', path, { ...noor, name: 'Noor H.' }, by('ann', { 'if-match': '"1"' }));
    expect([put.status, put.body.name, put.headers.get('etag')]).toEqual([200, 'Noor H.', '"2"']);
    const patched = await send(
      'PATCH',
      path,
      { location: ' Irbid\u0301 ' },
      by('ann', { 'if-match': 'W/"2"' }),
    );
    expect(patched.body).toMatchObject({
      name: 'Noor H.',
      location: 'Irbid\u0301'.normalize('NFC'),
      version: 3,
    });
    const gone = await send('DELETE', path, undefined, by('ann'));
    expect([gone.status, gone.body]).toEqual([204, null]);
    expect((await send('GET', path, undefined, by('ann'))).status).toBe(404);
    expect((await send('DELETE', path, undefined, by('ann'))).status).toBe(404);
  });

  it('a change from an older version is refused, with nothing changed', async () => {
    const { id } = await create('ann');
    await send('PATCH', `/personas/${id}`, { name: 'Second' }, by('ann'));
    for (const tag of ['"1"', '"first"', 'W/"9"']) {
      for (const [verb, body] of [
        ['PATCH', { name: 'Late' }],
        ['PUT', noor],
        ['DELETE', undefined],
      ] as const) {
        const late = await send(verb, `/personas/${id}`, body, by('ann', { 'if-match': tag }));
        expect([late.status, late.body.error.code]).toEqual([412, 'precondition_failed']);
      }
    }
    expect((await send('GET', `/personas/${id}`, undefined, by('ann'))).body).toMatchObject({
      name: 'Second',
    });
    const any = await send('PATCH', `/personas/${id}`, { name: 'Any' }, by('ann', { 'if-match': '*' }));
    expect(any.status).toBe(200);
    const rpc = await api.rpc('personas.update', { persona_id: id, name: 'x', if_version: 1 }, by('ann'));
    expect(rpc.status).toBe(412);
  });

  it.each([
    ['POST', '/personas', {}, 'name'],
    ['POST', '/personas', { ...noor, name: ' ' }, 'name'],
    ['POST', '/personas', { ...noor, name: 'x'.repeat(101) }, 'name'],
    ['POST', '/personas', { ...noor, occupation: 'two\nlines' }, 'occupation'],
    ['POST', '/personas', { ...noor, location: 'bell \u0007' }, 'location'],
    ['POST', '/personas', { ...noor, location: 'turned \u202e' }, 'location'],
    ['POST', '/personas', { ...noor, tech_proficiency: 'high' }, 'tech_proficiency'],
    ['POST', '/personas', { ...noor, behavioral_traits: 'one' }, 'behavioral_traits'],
    ['POST', '/personas', { ...noor, behavioral_traits: Array(21).fill('x') }, 'behavioral_traits'],
    ['POST', '/personas', { ...noor, behavioral_traits: [3] }, 'behavioral_traits.0'],
    ['PUT', '/personas/1', { name: 'only this' }, 'occupation'],
    ['PATCH', '/personas/abc', { name: 'x' }, 'persona_id'],
    ['GET', '/personas/1e3', undefined, 'persona_id'],
    ['GET', '/personas/0', undefined, 'persona_id'],
    ['GET', '/personas?limit=0', undefined, 'limit'],
    ['GET', '/personas?tech_proficiency=Expert', undefined, 'tech_proficiency'],
    ['POST', '/personas/import', { personas: [] }, 'personas'],
    ['POST', '/personas/import', [{ ...noor, name: 7 }], 'personas.0.name'],
  ])('%s %s %j: 422 names %s', async (verb, path, body, field) => {
    const { status, body: answer } = await send(verb, path, body, by('ann'));
    expect([status, answer.error.code]).toEqual([422, 'unprocessable']);
    expect(answer.error.details.fields).toContain(field);
    expect(answer.error.message).toContain(field);
    expect(answer.error.request_id).toBeTruthy();
  });

  it('bodies that are no object and no JSON say so', async () => {
    expect((await send('POST', '/personas', [noor], by('ann'))).status).toBe(400);
    expect((await send('POST', '/personas', '{"name":', by('ann'))).body.error.code).toBe('parse_error');
    expect((await send('POST', '/personas', '{"name":"\\u0000"}', by('ann'))).status).toBe(422);
    expect((await send('POST', '/personas', { ...noor, name: 'x'.repeat(20_000) }, by('ann'))).status).toBe(
      413,
    );
    const wrong = await api.post('/personas/1', noor, by('ann'));
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, expect.stringContaining('PATCH')]);
  });

  it('the same key makes one persona, another body under it is a conflict', async () => {
    const headers = by('kim', { 'idempotency-key': 'once' });
    const [one, two] = await Promise.all([0, 1].map(() => send('POST', '/personas', noor, headers)));
    expect([one?.status, two?.status]).toEqual([201, 201]);
    expect(one?.body.id).toBe(two?.body.id);
    expect((await send('POST', '/personas', { ...noor, name: 'B' }, headers)).status).toBe(409);
    const other = await send('POST', '/personas', noor, by('lee', { 'idempotency-key': 'once' }));
    expect(other.body.id).not.toBe(one?.body.id);
  });

  it('pages, searches and filters', async () => {
    await create('zoe', { name: 'Zoe One', tech_proficiency: 'Low' });
    await create('zoe', { name: 'Zoe Two' });
    const list = async (query: string, user = 'zoe') =>
      (await send('GET', `/personas?${query}`, undefined, by(user))).body;
    expect(await list('limit=5&offset=2')).toMatchObject({ total: 14, limit: 5, offset: 2 });
    expect((await list('limit=5&offset=2')).personas.map(({ id }: Persona) => id)).toEqual([3, 4, 5, 6, 7]);
    expect((await list('q=zoe%20')).personas.map(({ name }: Persona) => name)).toEqual([
      'Zoe One',
      'Zoe Two',
    ]);
    expect((await list('q=ZOE&tech_proficiency=Low')).total).toBe(1);
    expect((await list('only=shipped')).total).toBe(12);
    expect((await list('only=owned')).total).toBe(2);
    expect((await list('q=zoe', 'ann')).total).toBe(0);
    expect((await list('q=zoe', 'root;admin')).total).toBe(2);
    expect((await list('q=100%25')).total).toBe(0);
  });

  it('imports a file as it is, skips what is there, and exports it again', async () => {
    const file = [
      { id: 1, ...noor },
      { id: 2, ...noor, name: 'Other', extra: true },
      { id: 3, ...noor },
    ];
    const first = await send('POST', '/personas/import', file, by('ida'));
    expect(first.body).toMatchObject({ imported: 2, skipped: 1 });
    expect(first.body.personas.map(({ owner }: Persona) => owner)).toEqual(['ida', 'ida']);
    expect((await send('POST', '/personas/import', { personas: file }, by('ida'))).body).toMatchObject({
      imported: 0,
      skipped: 3,
    });
    const exported = await send('GET', '/personas/export?only=owned', undefined, by('ida'));
    const ids = first.body.personas.map(({ id }: Persona) => id);
    expect(exported.body).toEqual([
      { id: ids[0], ...noor },
      { id: ids[1], ...noor, name: 'Other' },
    ]);
    const all = (await send('GET', '/personas/export', undefined, by('ida'))).body as object[];
    expect(all).toHaveLength(14);
    expect(all.every((one) => Object.keys(one).length === 6)).toBe(true);
  });

  it('an import under one key is made once and answers alike', async () => {
    const headers = by('ivo', { 'idempotency-key': 'file' });
    const first = await send('POST', '/personas/import', [noor], headers);
    const second = await send('POST', '/personas/import', [noor], headers);
    expect(second.body).toEqual(first.body);
    expect(first.body).toMatchObject({ imported: 1, skipped: 0 });
  });

  it('a user has as many as the limit says', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...noor, name: `N ${index}` }));
    expect((await send('POST', '/personas/import', many, by('max'))).body.imported).toBe(50);
    const over = await send('POST', '/personas', noor, by('max'));
    expect([over.status, over.body.error.message]).toEqual([409, expect.stringContaining('at most 50')]);
  });
});

describe('whose they are', () => {
  it('shipped ones are read by all and changed by none; a copy can be changed', async () => {
    for (const user of ['ann', 'root;admin']) {
      const got = await send('GET', '/personas/3', undefined, by(user));
      expect(got.body).toMatchObject({ id: 3, owner: null, is_shipped: true });
      for (const [verb, body] of [
        ['PATCH', { name: 'x' }],
        ['PUT', noor],
        ['DELETE', undefined],
      ] as const) {
        const refused = await send(verb, '/personas/3', body, by(user));
        expect(refused.status).toBe(403);
        expect(refused.body.error.message).toContain('duplicate it (POST /personas/3/duplicate)');
      }
    }
    const copy = await send('POST', '/personas/3/duplicate', { name: 'My Rosa' }, by('ann'));
    expect(copy.status).toBe(201);
    expect(copy.body).toMatchObject({ name: 'My Rosa', owner: 'ann', is_shipped: false });
    expect((await send('POST', '/personas/3/duplicate', undefined, by('ann'))).body.name).toBe(
      'Rosa Villanueva',
    );
    const path = `/personas/${copy.body.id}`;
    expect((await send('PATCH', path, { name: 'Mine' }, by('ann'))).status).toBe(200);
  });

  it("what is another user's does not exist; admins see and change it", async () => {
    const { id } = await create('ann');
    const nobody = await send('GET', '/personas/99999', undefined, by('bob'));
    for (const [verb, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'x' }],
      ['PUT', '', noor],
      ['DELETE', '', undefined],
      ['POST', '/duplicate', {}],
    ] as const) {
      const answer = await send(verb, `/personas/${id}${path}`, body, by('bob'));
      expect([answer.status, answer.body.error.code]).toEqual([404, nobody.body.error.code]);
    }
    const changed = await send('PATCH', `/personas/${id}`, { name: 'By an admin' }, by('root;admin'));
    expect(changed.body).toMatchObject({ name: 'By an admin', owner: 'ann' });
  });

  it('files are for admins; everybody sees how they are', async () => {
    for (const path of ['/personas/backup', '/personas/restore'])
      expect((await send('POST', path, {}, by('ann'))).status).toBe(403);
    const admin = by('root;admin');
    const backup = await send('POST', '/personas/backup', {}, admin);
    expect(backup.body).toMatchObject({ path: 'personas_backup.json', target: 'file' });
    const state = (await send('GET', '/personas/backups', undefined, by('ann'))).body;
    expect(state).toMatchObject({
      path: 'personas_backup.json',
      sha256: backup.body.sha256,
      bytes: backup.body.bytes,
      count: backup.body.count,
      is_current: true,
      files: [
        { path: 'personas.json', health: 'ok', problem: null },
        { path: 'personas_backup.json', health: 'ok' },
      ],
    });
    expect(state).not.toHaveProperty('history');
    const full = (await send('GET', '/personas/backups', undefined, admin)).body;
    expect(full).toMatchObject({ s3: null, last_error: null });
    expect(full.history[0]).toMatchObject({ kind: 'backup', by: 'root' });
    const noBucket = await send('POST', '/personas/backup', { target: 's3' }, admin);
    expect([noBucket.status, noBucket.body.error.message]).toEqual([
      409,
      expect.stringContaining('PERSONA_BACKUP_S3_BUCKET'),
    ]);
  });

  it('an admin exports with owners and restores that', async () => {
    const admin = by('root;admin');
    const { id } = await create('ulf');
    const saved = (await send('GET', '/personas/export?with_owners=true', undefined, admin))
      .body as Persona[];
    expect(saved.find((one) => one.id === id)).toMatchObject({ owner: 'ulf' });
    await send('DELETE', `/personas/${id}`, undefined, by('ulf'));
    const restored = await send('POST', '/personas/restore', saved, admin);
    expect(restored.body).toMatchObject({ source: 'upload', count: saved.length });
    expect((await send('GET', `/personas/${id}`, undefined, by('ulf'))).body).toMatchObject({ owner: 'ulf' });
    expect((await send('GET', `/personas/${id}`, undefined, by('ann'))).status).toBe(404);
    const twice = await send('POST', '/personas/restore', [saved[0], saved[0]], admin);
    expect([twice.status, twice.body.error.message]).toEqual([
      422,
      expect.stringContaining('is there twice'),
    ]);
  });
});

describe('documents', () => {
  it('OpenAPI has every operation, JSON-RPC answers the same', async () => {
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
      paths: Record<
        string,
        Record<string, { parameters: { name: string; in: string }[]; requestBody?: object }>
      >;
    };
    const { paths } = document;
    expect(Object.keys(paths['/personas/{persona_id}'] ?? {}).sort()).toEqual([
      'delete',
      'get',
      'patch',
      'put',
    ]);
    const names = (path: string, verb: string) =>
      paths[path]?.[verb]?.parameters.map(({ name, in: place }) => `${place} ${name}`);
    expect(names('/personas/{persona_id}', 'put')).toEqual(['path persona_id', 'header If-Match']);
    expect(names('/personas', 'post')).toEqual(['header Idempotency-Key']);
    expect(names('/personas', 'get')).toContain('query q');
    const rpc = await api.rpc('personas.get', { persona_id: 1 }, by('ann'));
    expect(rpc.result).toEqual((await send('GET', '/personas/1', undefined, by('ann'))).body);
  });

  it('healthz is a word', async () => {
    const response = await fetch(`${api.url}/healthz`);
    expect([response.status, await response.text()]).toEqual([200, 'OK']);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  });
});
