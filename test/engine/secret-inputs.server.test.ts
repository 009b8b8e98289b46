/** Secret inputs on a whole server: a service that demands them gets them, and nothing else ever does. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type LocalServer, localServer } from '../http/local-server.ts';
import { findLeaks } from '../support/find-leaks.ts';
import { freePort, ServerProcess } from '../support/server-process.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const SECRET = 'a secret of the tests, long enough';
const WORKER_TOKEN = 'a token for the workers of the tests, long enough';
const TOKEN = 'canary-token-58c2';
const PASSWORD = 'canary password/e91d';
const COOKIE = 'canary-cookie-07aa';
const BASIC = Buffer.from(`ann:${PASSWORD}`).toString('base64');
const CANARIES = [TOKEN, PASSWORD, COOKIE, BASIC, 'canary'];

/** Hooks run in this process: they leave what they saw here. */
const seen: string[] = [];
Object.assign(globalThis, { seenOfSecrets: seen });
const HOOK = `export default {
  id: 'nosy', description: 'Looks at everything and changes the address',
  beforeTask({ inputs, params, task }) {
    globalThis.seenOfSecrets.push(JSON.stringify([inputs, params]));
    if (task.name === 'changed') return { action: 'inputs', inputs: { ...inputs, url: inputs.url + '?by=hook' } };
  },
  afterTask(context) {
    globalThis.seenOfSecrets.push(JSON.stringify([context.inputs, context.params, context.outcome]));
    return { annotations: { saw: JSON.stringify(context.inputs) } };
  },
  onTreeCreated: (tree) => void globalThis.seenOfSecrets.push(JSON.stringify(tree.tasks)),
};`;

let service: LocalServer;
let server: TestServer;
let folder: string;
let dataDir: string;
const namespace = `test-${randomUUID().slice(0, 8)}`;
/** What was sent to get in, right or wrong. */
const asked: (string | undefined)[] = [];
/** Headers of the requests that were let in, by path. */
const letIn: { path: string; authorization: string | undefined; cookie: string | undefined }[] = [];
let answers = '';

const start = (secret = SECRET) =>
  startTestServer({
    dataDir,
    namespace,
    env: { TASKGROVE_SECRET: secret, HOOKS_DIR: folder, WORKER_TOKEN, LOG_LEVEL: 'trace' },
  });

beforeAll(async () => {
  service = await localServer((request, response) => {
    const { authorization, cookie } = request.headers;
    asked.push(authorization);
    const isAllowed = authorization === `Bearer ${TOKEN}` || authorization === `Basic ${BASIC}`;
    if (isAllowed) letIn.push({ path: request.url ?? '', authorization, cookie });
    response.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' });
    // It repeats what it was sent, as such services do.
    response.end(JSON.stringify({ isAllowed, headers: request.headers, url: request.url }));
  });
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-hooks-'));
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-server-'));
  await writeFile(join(folder, 'nosy.js'), HOOK);
  server = await start();
});
afterAll(async () => {
  await server?.stop();
  await service?.close();
  for (const path of [folder, dataDir]) await rm(path, { recursive: true, force: true });
});

async function call(method: string, params: object) {
  const { body } = await server.rpc(method, params);
  answers += JSON.stringify(body);
  return body.error === undefined ? body.result : body;
}
const bearer = { type: 'bearer', token: TOKEN };
const basic = { type: 'basic', username: 'ann', password: PASSWORD };
const rest = (name: string, auth: object, more: object = {}) => ({
  id: `${name}-${randomUUID().slice(0, 8)}`,
  name,
  schemas: { method: 'rest_executor' },
  inputs: { url: `${service.url}/${name}`, auth, headers: { Cookie: `session=${COOKIE}`, Accept: '*/*' } },
  ...more,
});
const execute = (params: object) => call('tasks.execute', { wait_seconds: 30, ...params });

describe('the executor', () => {
  it.each([
    ['bearer', bearer],
    ['basic', basic],
  ])('gets them (%s), and its result does not repeat them', async (name, auth) => {
    const answer = await execute({ tasks: [rest(name, auth)] });
    expect(answer).toMatchObject({
      tree_status: 'completed',
      result: { status_code: 200, json: { isAllowed: true, headers: { cookie: expect.any(String) } } },
    });
    expect(letIn.at(-1)).toMatchObject({ path: `/${name}`, cookie: `session=${COOKIE}` });
    const task = await call('tasks.get', { task_id: answer.root_task_id });
    expect(task.inputs.auth).toMatchObject(
      name === 'basic' ? { username: 'ann', password: '[secret]' } : { token: '[secret]' },
    );
    expect(task.inputs.headers).toEqual({ Cookie: '[secret]', Accept: '*/*' });
  });

  it('gets them in params, through a map, and after a hook changed other inputs', async () => {
    const mapped = {
      name: 'map',
      schemas: { method: 'map_executor' },
      inputs: {
        executor: 'rest_executor',
        items: ['one', 'two'],
        inputs: { url: `${service.url}/{{item}}`, auth: basic },
      },
    };
    const map = await execute({ tasks: [mapped] });
    expect(map.result.results).toMatchObject([{ status_code: 200 }, { status_code: 200 }]);
    const changed = await execute({ tasks: [rest('changed', bearer)] });
    expect(changed.result).toMatchObject({ status_code: 200, url: `${service.url}/changed?by=hook` });
    const { inputs } = await call('tasks.get', { task_id: changed.root_task_id });
    expect(inputs).toMatchObject({ url: `${service.url}/changed?by=hook`, auth: { token: '[secret]' } });
  });

  it('gets one that another task brings, and no row of the run repeats it', async () => {
    const caller = rest('brought', bearer);
    const { auth: _, ...inputs } = caller.inputs;
    const login = {
      id: `login-${randomUUID().slice(0, 8)}`,
      name: 'login',
      parent_id: caller.id,
      schemas: { method: 'transform_executor' },
      inputs: { expression: '{"auth": {"type": "bearer", "token": "brought-by-login"}}' },
    };
    const tasks = [{ ...caller, inputs, dependencies: [login.id] }, login];
    const answer = await execute({ tasks });
    expect(asked.at(-1)).toBe('Bearer brought-by-login');
    expect(answer.result).toMatchObject({
      status_code: 401,
      text: expect.stringContaining('Bearer [secret]'),
    });
    const row = await server.app.store.tasks.get(caller.id);
    expect(row?.inputs).toMatchObject({ auth: { token: '[secret]' }, headers: { Cookie: '[secret]' } });
  });

  it('is not called with inputs that are wrong, and the error repeats none', async () => {
    const answer = await execute({ tasks: [rest('wrong', { type: 'bearer', token: [TOKEN] })] });
    expect(answer).toMatchObject({ success: false, tree_status: 'failed' });
    const { error, result } = await call('tasks.get', { task_id: answer.root_task_id });
    expect(error).toMatch(/inputs\.auth\.token: .*expected string/);
    expect(result).toMatchObject({ inputs: { auth: { token: '[secret]' } } });
  });
});

describe('a stored task', () => {
  it('runs after an update that kept them, as a clone, and again', async () => {
    const task = rest('stored', bearer);
    await call('tasks.create', task);
    const shown = (await call('tasks.get', { task_id: task.id })).inputs;
    await call('tasks.update', { task_id: task.id, inputs: { ...shown, method: 'POST' } });
    const clone = await call('tasks.clone', { task_id: task.id });
    for (const taskId of [task.id, clone.id, task.id]) {
      const { result } = await execute({ task_id: taskId, fresh: true });
      expect(result).toMatchObject({ status_code: 200, method: 'POST' });
    }
  });

  it('shows none in events, trees and lists', async () => {
    const task = rest('streamed', bearer);
    const response = await fetch(`${server.url}/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tasks.execute',
        params: { tasks: [task], use_streaming: true },
      }),
    });
    const events = await response.text();
    expect(events).toContain('task_completed');
    answers += events;
    for (const method of ['tasks.tree', 'tasks.children', 'tasks.detail']) {
      await call(method, { task_id: task.id });
    }
    expect((await call('tasks.list', { limit: 100 })).length).toBeGreaterThan(3);
  });
});

describe('a worker of a named queue', () => {
  const openFor = (body: object, token = WORKER_TOKEN) =>
    fetch(`${server.url}/internal/store/inputSecrets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const sealedOf = async (taskId: string) =>
    String((await server.app.store.tasks.get(taskId))?.stored_inputs['headers']?.['Cookie' as never]);

  it('may ask for those of its tasks, of active runs, and for no others', async () => {
    const [mine, other] = [rest('mine', bearer, { policy: { task_queue: 'nobody' } }), rest('other', bearer)];
    await call('tasks.create', other);
    const { run_id: runId } = await execute({ tasks: [mine], wait_seconds: 0 });
    const sealed = [await sealedOf(mine.id), await sealedOf(other.id)];
    const asked = { runId, taskId: mine.id, sealed };
    expect(await (await openFor(asked)).json()).toEqual({ result: [[sealed[0], `session=${COOKIE}`]] });
    expect((await openFor({ ...asked, taskId: other.id })).status).toBe(403);
    expect((await openFor(asked, 'x'.repeat(40))).status).toBe(401);
    await call('tasks.cancel', { task_ids: [mine.id] });
  });

  it('gets them from the API, without a secret of its own', async () => {
    const workerDir = await mkdtemp(join(tmpdir(), 'taskgrove-queue-'));
    const worker = new ServerProcess({
      dataDir: workerDir,
      port: await freePort(),
      env: {
        ROLE: 'worker',
        WORKER_QUEUE: 'lab',
        WORKER_TOKEN,
        API_URL: server.url,
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        TEMPORAL_NAMESPACE: namespace,
      },
    });
    try {
      await worker.start();
      const answer = await execute({ tasks: [rest('far', basic, { policy: { task_queue: 'lab' } })] });
      expect(answer.result).toMatchObject({ status_code: 200 });
      const over = { runId: answer.run_id, taskId: answer.root_task_id, sealed: ['sealed:1:x'] };
      expect((await openFor(over)).status).toBe(403);
      expect(worker.output).not.toContain('canary');
    } finally {
      await worker.stop();
      await rm(workerDir, { recursive: true, force: true });
    }
  });
});

it('the same server started again runs it; one with another secret fails for good and says why', async () => {
  const task = rest('restarted', bearer);
  await call('tasks.create', task);
  await server.stop();
  server = await start();
  expect((await execute({ task_id: task.id })).result).toMatchObject({ status_code: 200 });
  await server.stop();
  server = await start('another secret of the tests, long enough');
  // Guests are known by the secret too, so that the task is somebody else's by now: a copy of what it holds.
  const { auth } = (await server.app.store.tasks.get(task.id))?.stored_inputs ?? {};
  expect(auth).toMatchObject({ token: expect.stringMatching(/^sealed:1:/) });
  const answer = await execute({ tasks: [rest('copied', auth as object)] });
  expect(answer).toMatchObject({ success: false, tree_status: 'failed' });
  expect(answer.error).toMatch(/inputs\.auth\.token cannot be opened: .*TASKGROVE_SECRET/);
  await server.stop();
  server = await start();
});

it('nobody but the service has ever seen one', async () => {
  expect(letIn.length).toBeGreaterThan(8);
  expect(seen.length).toBeGreaterThan(10);
  for (const text of [answers, seen.join('\n')]) {
    expect(text).toContain('[secret]');
    expect(text).not.toMatch(/sealed:1:/);
    expect(CANARIES.filter((canary) => text.includes(canary))).toEqual([]);
  }
  await vi.waitFor(async () => {
    const leaks = await findLeaks(server, CANARIES);
    expect(leaks.found).toEqual([]);
    expect(leaks.histories).toBeGreaterThan(8);
    expect(leaks.files.join(' ')).toMatch(/server\.log.*|duckdb/);
  });
}, 60_000);
