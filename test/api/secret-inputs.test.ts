/** Secret inputs over HTTP: the store has them sealed, every answer shows `[secret]`, and an update can keep them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { createInputSecrets } from '../../src/secrets/input-secrets.ts';
import { createSealer } from '../../src/secrets/sealer.ts';
import { openStore } from '../../src/store/open-store.ts';
import { testSettings } from '../executors/make-context.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const registry = await loadRegistry({ directory, settings: testSettings });
const inputSecrets = createInputSecrets(createSealer('a secret of the tests, long enough'));

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const REST = { method: 'rest_executor' };
const CANARY = 'canary-3f9b';
const inputs = (token = `${CANARY}-token`) => ({
  url: 'https://api.example.com/x',
  headers: { Accept: 'text/plain', Authorization: `Bearer ${CANARY}-header` },
  params: { page: 1, api_key: `${CANARY}-query` },
  auth: { type: 'bearer', token, username: 'ann', password: null },
});
const MASKED = {
  url: 'https://api.example.com/x',
  headers: { Accept: 'text/plain', Authorization: '[secret]' },
  params: { page: 1, api_key: '[secret]' },
  auth: { type: 'bearer', token: '[secret]', username: 'ann', password: null },
};

let api: TestApi;
let store: Store;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-secrets-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  api = await startTestApi(store, { deps: { registry, inputSecrets } });
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const create = async (id: string, more: object = {}, headers = {}) => {
  const task = { id, name: id, schemas: REST, inputs: inputs(), ...more };
  return api.rpc('tasks.create', task, headers);
};
const stored = async (id: string) => {
  const task = await store.tasks.get(id);
  if (task === null) throw new Error(`No ${id}`);
  return task;
};
/** What a run of this task would be given. */
async function opened(id: string, path: readonly string[], userId = 'user-a'): Promise<unknown> {
  let sealed: unknown = (await stored(id)).stored_inputs;
  for (const name of path) sealed = (sealed as Record<string, unknown>)[name];
  expect(sealed).toMatch(/^sealed:1:/);
  return (await inputSecrets.open({ runId: '', taskId: id, userId }, [String(sealed)])).get(String(sealed));
}
const TOKEN = ['auth', 'token'];

describe('a task with secrets', () => {
  it('is stored sealed and reads as [secret] wherever it is shown', async () => {
    const answers = [
      await create('root', { params: { auth: { token: `${CANARY}-params` } } }),
      await api.rpc('tasks.get', { task_id: 'root' }),
      await api.rpc('tasks.detail', { task_id: 'root' }),
      await api.rpc('tasks.update', { task_id: 'root', name: 'renamed' }),
    ];
    for (const { result } of answers) {
      expect(result).toMatchObject({ inputs: MASKED, params: { auth: { token: '[secret]' } } });
    }
    await api.rpc('tasks.create', [
      { id: 'top', name: 'top' },
      { id: 'below', name: 'below', parent_id: 'top', schemas: REST, inputs: inputs() },
    ]);
    const tree = await api.rpc('tasks.tree', { task_id: 'top' });
    const children = await api.rpc('tasks.children', { parent_id: 'top' });
    const list = await api.rpc('tasks.list', { root_only: false });
    expect(tree.result.children[0].task?.inputs ?? tree.result.children[0].inputs).toEqual(MASKED);
    expect(children.result[0].inputs).toEqual(MASKED);
    expect(list.result.find(({ id }: { id: string }) => id === 'below').inputs).toEqual(MASKED);

    const rows = JSON.stringify([await stored('root'), await stored('below')]);
    expect(rows).not.toContain(CANARY);
    expect(JSON.stringify([answers, tree, children, list, api.logs])).not.toMatch(/canary|sealed:/);
    expect(await opened('root', TOKEN)).toBe(`${CANARY}-token`);
    expect(await opened('root', ['headers', 'Authorization'])).toBe(`Bearer ${CANARY}-header`);
  });

  it('is answered the same to the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'secret-create' };
    const first = await create('again', {}, headers);
    const second = await create('again', {}, headers);
    expect(second.result).toEqual(first.result);
    expect(second.result.inputs).toEqual(MASKED);
  });

  it("is its owner's, also when an admin writes it", async () => {
    const admin = { 'x-user': 'boss;admin' };
    await create('for-b', { user_id: 'user-b' }, admin);
    expect(await opened('for-b', TOKEN, 'user-b')).toBe(`${CANARY}-token`);
    expect(await opened('for-b', TOKEN, 'boss')).toBeUndefined();
    await api.rpc('tasks.update', { task_id: 'for-b', inputs: inputs('another-token') }, admin);
    expect(await opened('for-b', TOKEN, 'user-b')).toBe('another-token');
    const { result } = await api.rpc('tasks.get', { task_id: 'for-b' }, admin);
    expect(result.inputs).toEqual(MASKED);
  });

  it('of a map holds the secrets of the executor it calls', async () => {
    const given = { executor: 'rest_executor', inputs: inputs(), items: [{ auth: { token: CANARY } }] };
    const { result } = await create('map', { schemas: { method: 'map_executor' }, inputs: given });
    expect(result.inputs).toEqual({
      ...given,
      inputs: MASKED,
      items: [{ auth: { token: '[secret]' } }],
    });
    expect(JSON.stringify(await stored('map'))).not.toContain(CANARY);
    expect(await opened('map', ['inputs', ...TOKEN])).toBe(`${CANARY}-token`);
  });
});

describe('an update', () => {
  it('keeps what reads [secret] and seals what is new', async () => {
    await create('kept');
    const shown = (await api.rpc('tasks.get', { task_id: 'kept' })).result.inputs;
    const changed = { ...shown, url: 'https://api.example.com/y', params: { api_key: 'new-key' } };
    const { result } = await api.rpc('tasks.update', { task_id: 'kept', inputs: changed });
    expect(result.inputs).toEqual({ ...MASKED, url: changed.url, params: { api_key: '[secret]' } });
    expect(await opened('kept', TOKEN)).toBe(`${CANARY}-token`);
    expect(await opened('kept', ['params', 'api_key'])).toBe('new-key');
  });

  it('cannot keep what is not there', async () => {
    await create('nothing', { inputs: { url: 'https://api.example.com' } });
    const asked = { task_id: 'nothing', inputs: { auth: { type: 'bearer', token: '[secret]' } } };
    for (const answer of [
      await api.rpc('tasks.update', asked),
      await create('nothing-either', { inputs: asked.inputs }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.error?.data).toMatch(/^inputs\.auth\.token is '\[secret\]'.*give the value itself/);
    }
  });

  it('to an executor with secrets seals what was stored, and none goes to one without', async () => {
    await create('moving', { schemas: { method: 'transform_executor' } });
    expect((await stored('moving')).stored_inputs).toEqual(inputs());
    const { result } = await api.rpc('tasks.update', { task_id: 'moving', schemas: REST });
    expect(result.inputs).toEqual(MASKED);
    expect(await opened('moving', TOKEN)).toBe(`${CANARY}-token`);
    const back = await api.rpc('tasks.update', {
      task_id: 'moving',
      schemas: { method: 'transform_executor' },
    });
    expect(back.status).toBe(400);
    expect(back.error?.data).toMatch(/auth\.token.* is secret, and transform_executor keeps no secret there/);
    const without = { task_id: 'moving', schemas: { method: 'transform_executor' }, inputs: { a: 1 } };
    expect((await api.rpc('tasks.update', without)).result.inputs).toEqual({ a: 1 });
  });
});

describe('a clone', () => {
  it('has the secrets of its original, and new ones sealed', async () => {
    await create('origin');
    const copy = (await api.rpc('tasks.clone', { task_id: 'origin' })).result;
    expect(copy.inputs).toEqual(MASKED);
    expect(await opened(copy.id, TOKEN)).toBe(`${CANARY}-token`);
    const reset = { ...MASKED, auth: { type: 'bearer', token: 'fresh-token' } };
    const other = await api.rpc('tasks.clone', { task_id: 'origin', reset_fields: { inputs: reset } });
    expect(other.result.inputs).toEqual({ ...MASKED, auth: { type: 'bearer', token: '[secret]' } });
    expect(await opened(other.result.id, TOKEN)).toBe('fresh-token');
    expect(await opened(other.result.id, ['headers', 'Authorization'])).toBe(`Bearer ${CANARY}-header`);
  });
});

describe('tasks.generate', () => {
  const treeGenerator = {
    generate: async ({ userId, now }: { userId: string; now: string }) => {
      const { validateTree } = await import('../../src/core/task-tree/validate-tree.ts');
      const draft = { name: 'call', schemas: REST, inputs: inputs() };
      const tasks = validateTree(draft, { userId, isAdmin: false, now, newId: () => crypto.randomUUID() });
      return { tasks, demo: null, model: 'm', usage: null, repairs: 0 };
    },
  };

  it.each([true, false])('with save %s shows no secret, and what it drafts can be posted', async (save) => {
    const generating = await startTestApi(store, { deps: { registry, inputSecrets, treeGenerator } });
    try {
      const { result } = await generating.rpc('tasks.generate', { requirement: 'call it', save });
      const [task] = result.tasks;
      expect(JSON.stringify(result)).not.toContain(CANARY);
      if (save) expect(task.inputs).toEqual(MASKED);
      else expect((await generating.rpc('tasks.create', result.tasks)).result.inputs).toEqual(MASKED);
      expect(await opened(task.id, TOKEN)).toBe(`${CANARY}-token`);
    } finally {
      await generating.stop();
    }
  });
});

it('the metadata of executors says what is secret, in words of JSON Schema', async () => {
  const response = await fetch(`${api.url}/api/executors/metadata/rest_executor`);
  const text = JSON.stringify(await response.json());
  expect(text).toContain('"writeOnly":true');
  expect(text).toContain('"format":"password"');
});
