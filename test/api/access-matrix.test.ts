/**
 * Every method of the table against everybody who must not get through: nobody, another user, the wrong role, a revoked
 * key, an expired token. The real store, the real chain, real ids of the owner. A new method is in it by itself.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputSchema } from '../../src/api/docs/json-schema.ts';
import type { AnyMethod } from '../../src/api/method.ts';
import { METHOD_TABLE } from '../../src/api/method-table.ts';
import { createIdentity } from '../../src/identity/create-identity.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeIdentity, signToken } from '../identity/make-identity.ts';
import { sampleAccept, sampleTree } from '../store/sample-tasks.ts';
import { sampleStudy } from '../store/study-conformance.ts';
import { type RpcAnswer, startTestApi, type TestApi } from './support/test-api.ts';

const SECRET_NAME = 'what only the owner may read';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { ms: Date.now() };
const token = (sub: string, more: object = {}) => ({
  authorization: `Bearer ${signToken({ sub, exp: clock.ms / 1_000 + 600, ...more })}`,
});
const owned = METHOD_TABLE.filter((method) => method.auth.ownership !== 'none');
const guarded = METHOD_TABLE.filter((method) => method.auth.roles !== undefined);

let api: TestApi;
let store: Store;
let dataDir: string;
let revokedKey: string;
const ids = { task: 'owned-root', run: '', key: '', conversation: '', message: '', persona: 0, study: '' };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-matrix-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  const { parts } = makeIdentity({ keys: store.keys, isDemoMode: false, clock });
  api = await startTestApi(store, { deps: { identity: createIdentity(parts), keys: parts.keys } });
  const tree = sampleTree(ids.task, 3).map((task) => ({ ...task, name: SECRET_NAME, user_id: 'ann' }));
  await store.tasks.create(tree);
  const { run } = await store.runs.accept(sampleAccept(tree, { userId: 'ann' }));
  ids.run = run.run_id;
  const create = (name: string) => api.rpc('keys.create', { name }, token('ann'));
  ids.key = (await create(SECRET_NAME)).result.key_id;
  const talk = (await api.rpc('conversations.create', { title: SECRET_NAME }, token('ann'))).result;
  ids.conversation = talk.conversation_id;
  const said = { conversation_id: ids.conversation, text: SECRET_NAME, reply: false };
  ids.message = (await api.rpc('messages.create', said, token('ann'))).result.message.message_id;
  ids.persona = (
    await api.rpc(
      'personas.create',
      { name: SECRET_NAME, occupation: 'x', location: 'x', tech_proficiency: 'Low', behavioral_traits: [] },
      token('ann'),
    )
  ).result.id;
  const study = sampleStudy({ userId: 'ann' });
  ids.study = study.studyId;
  await store.studies.save({ ...study, topic: { ...study.topic, feature: SECRET_NAME } });
  const revoked = (await create('revoked')).result;
  revokedKey = revoked.key;
  await api.rpc('keys.revoke', { key_id: revoked.key_id }, token('ann'));
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** The method's own example, with every id in it made one of the owner's (or one that nobody has). */
function paramsOf(method: AnyMethod, known: typeof ids): Record<string, unknown> {
  const example = method.examples[0]?.params;
  const params = { ...(Array.isArray(example) ? {} : (example as Record<string, unknown>)) };
  const schema = inputSchema(method.params) as { properties?: Record<string, unknown> };
  const values: Record<string, unknown> = {
    task_id: known.task,
    id: known.task,
    root_id: known.task,
    parent_id: known.task,
    task_ids: [known.task],
    context_ids: [known.task],
    run_id: known.run,
    key_id: known.key,
    conversation_id: known.conversation,
    message_id: known.message,
    persona_id: known.persona,
    persona_ids: [known.persona],
    study_id: known.study,
  };
  // `tasks[]` would be a tree of the caller's own.
  delete params['tasks'];
  for (const name of Object.keys(schema.properties ?? {})) if (name in values) params[name] = values[name];
  return params;
}
/** What they make has ids of its own, and nobody's else. */
const MAKING = new Set(['tasks.create', 'studies.report']);
const namesIds = (method: AnyMethod) =>
  !MAKING.has(method.name) && /_id|"id"|_ids/.test(JSON.stringify(paramsOf(method, ids)));

const call = (method: AnyMethod, headers: Record<string, string>, known = ids) =>
  api.rpc(method.name, paramsOf(method, known), headers);
/** Without what differs from request to request. */
const comparable = ({ status, result, error }: RpcAnswer, known: typeof ids) =>
  JSON.stringify({ status, result, error: error && { ...error, meta: { ...error.meta, request_id: '' } } })
    .replaceAll(known.task, 'TASK')
    .replaceAll(known.run, 'RUN')
    .replaceAll(known.key, 'KEY')
    .replaceAll(known.conversation, 'CONVERSATION')
    .replaceAll(known.message, 'MESSAGE')
    .replaceAll(known.study, 'STUDY')
    .replaceAll(new RegExp(`\\b${known.persona}\\b`, 'g'), 'PERSONA');

describe.each(METHOD_TABLE.map((method) => [method.name, method] as const))('%s', (_name, method) => {
  it.each([
    ['nobody, where guests are off', () => ({})],
    ['a session of a guest', () => ({ cookie: 'demo_session_id=ab12cd34ef56ab12cd34.x.y' })],
    ['an expired token', () => token('ann', { exp: clock.ms / 1_000 - 60 })],
    [
      "a token under somebody else's secret",
      () => ({ authorization: `Bearer ${signToken({ sub: 'ann' }, { secret: 'x' })}` }),
    ],
    ['a revoked key', () => ({ 'x-api-key': revokedKey })],
    ['a made-up key', () => ({ 'x-api-key': `tg_${'x'.repeat(43)}` })],
  ])('%s: 401', async (_who, headers) => {
    const answer = await call(method, headers());
    expect(answer.status).toBe(401);
    expect(answer.error).toMatchObject({ code: -32001, message: 'Unauthorized' });
    expect(answer.result).toBeUndefined();
  });
});

describe.each(owned.map((method) => [method.name, method] as const))('%s', (_name, method) => {
  it("another user's ids do not exist, to the letter", async () => {
    const answer = await call(method, token('bob'));
    expect(JSON.stringify(answer)).not.toContain(SECRET_NAME);
    if (!namesIds(method)) return;
    const nobodys = {
      task: 'nobodys-root',
      run: '019aa000-0000-7000-8000-00000000ffff',
      key: 'nobodys-key',
      conversation: '019aa000-0000-7000-8000-00000000eeee',
      message: '019aa000-0000-7000-8000-00000000dddd',
      persona: 998_877,
      study: '019aa000-0000-7000-8000-00000000cccc',
    };
    expect(comparable(answer, ids)).toBe(comparable(await call(method, token('bob'), nobodys), nobodys));
  });

  it('a reviewer is no admin', async () => {
    const answer = await call(method, token('bob', { roles: ['reviewer'] }));
    expect(JSON.stringify(answer)).not.toContain(SECRET_NAME);
  });

  it("another user's id as user_id is forbidden", async () => {
    const schema = inputSchema(method.params) as { properties?: Record<string, unknown> };
    if (!('user_id' in (schema.properties ?? {}))) return;
    const answer = await api.rpc(method.name, { ...paramsOf(method, ids), user_id: 'ann' }, token('bob'));
    expect(answer.status).toBe(403);
    expect(answer.error?.data).toMatch(/^Permission denied: User bob can only /);
  });
});

describe('roles', () => {
  it.each(guarded.map((method) => [method.name, method] as const))(
    '%s needs its role',
    async (_name, method) => {
      const answer = await call(method, token('bob'));
      expect(answer.status).toBe(403);
    },
  );

  it('nobody gives a key more than they have', async () => {
    const create = (params: object, headers: Record<string, string>) =>
      api.rpc('keys.create', { name: 'x', ...params }, headers);
    for (const params of [{ roles: ['admin'] }, { roles: ['user', 'reviewer'] }, { plan: 'internal' }])
      expect((await create(params, token('bob'))).status).toBe(403);
    expect((await create({ roles: ['reviewer'] }, token('bob', { roles: ['reviewer'] }))).status).toBe(200);
    const admin = token('root', { role: 'admin' });
    const made = await create(
      { user_id: 'carl', roles: ['reviewer'], plan: 'premium', expires_in_days: 1 },
      admin,
    );
    expect(made.result).toMatchObject({ user_id: 'carl', roles: ['reviewer'], plan: 'premium' });
    expect(made.result.key).toMatch(/^tg_[\w-]{43}$/);
    expect((await create({ user_id: 'guest:ab12cd34ef56ab12cd34' }, admin)).status).toBe(400);
    const listed = await api.rpc('keys.list', {}, { 'x-api-key': made.result.key });
    expect(listed.result).toHaveLength(1);
    expect(JSON.stringify(listed.result)).not.toContain(made.result.key);
  });

  it('the owner and an admin do get through', async () => {
    for (const headers of [token('ann'), token('root', { role: 'admin' })]) {
      const answer = await api.rpc('tasks.get', { task_id: ids.task }, headers);
      expect(answer.result).toMatchObject({ id: ids.task, name: SECRET_NAME, user_id: 'ann' });
    }
  });

  it('users are listed for admins only', async () => {
    for (const path of ['/api/users/list', '/api/users/stats']) {
      for (const headers of [token('bob'), token('bob', { roles: ['reviewer'] })]) {
        const response = await fetch(api.url + path, { headers });
        expect(response.status).toBe(401);
        expect(await response.json()).toEqual({
          success: false,
          error: 'unauthorized',
          message: 'Admin authentication required',
        });
      }
      expect((await fetch(api.url + path, { headers: token('root', { role: 'admin' }) })).status).toBe(200);
    }
  });
});
