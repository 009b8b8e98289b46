/**
 * The agents' endpoint against everybody who must not get through, and what it answers to what it cannot do. The real
 * store, the real chain of credentials; nothing is run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentCard } from '@a2a-js/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMethodRates } from '../../../src/api/rpc/method-rates.ts';
import { createIdentity } from '../../../src/identity/create-identity.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { makeIdentity, signToken } from '../../identity/make-identity.ts';
import { sampleAccept, sampleTree } from '../../store/sample-tasks.ts';
import { startTestApi, type TestApi } from '../support/test-api.ts';

const SECRET_NAME = 'what only the owner may read';
const NOBODYS = '019aa000-0000-7000-8000-00000000ffff';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { ms: Date.now() };
const token = (sub: string) => ({
  authorization: `Bearer ${signToken({ sub, exp: clock.ms / 1_000 + 600 })}`,
});

let api: TestApi;
let store: Store;
let dataDir: string;
let runId: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-a2a-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  const { parts } = makeIdentity({ keys: store.keys, isDemoMode: false, clock });
  api = await startTestApi(store, {
    limits: { isEnabled: true, dailyPerUser: 0 },
    deps: {
      identity: createIdentity(parts),
      keys: parts.keys,
      methodRates: createMethodRates({ 'runs.list': 3 }, () => clock.ms),
    },
  });
  const tree = sampleTree('owned-root', 3).map((task) => ({ ...task, name: SECRET_NAME, user_id: 'ann' }));
  await store.tasks.create(tree);
  runId = (await store.runs.accept(sampleAccept(tree, { userId: 'ann' }))).run.run_id;
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function call(method: string, params: unknown, headers: Record<string, string> = token('bob')) {
  const response = await api.post('/', { jsonrpc: '2.0', id: 7, method, params }, headers);
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}
const message = (parts: unknown[], more = {}) => ({
  message: { messageId: 'm', role: 'user', parts, ...more },
});
const push = { url: 'https://receiver.example/push' };

/** Every method that names a task, in both versions. */
const NAMING: readonly [string, (id: string) => object][] = [
  ['GetTask', (id) => ({ id })],
  ['CancelTask', (id) => ({ id })],
  ['SubscribeToTask', (id) => ({ id })],
  ['SendMessage', (id) => message([{ text: 'yes' }], { taskId: id })],
  ['SendStreamingMessage', (id) => message([{ text: 'yes' }], { taskId: id })],
  ['CreateTaskPushNotificationConfig', (id) => ({ taskId: id, ...push })],
  ['GetTaskPushNotificationConfig', (id) => ({ taskId: id, id: 'x' })],
  ['ListTaskPushNotificationConfigs', (id) => ({ taskId: id })],
  ['DeleteTaskPushNotificationConfig', (id) => ({ taskId: id, id: 'x' })],
  ['tasks/get', (id) => ({ id })],
  ['tasks/cancel', (id) => ({ id })],
  ['tasks/resubscribe', (id) => ({ id })],
  ['message/send', (id) => message([{ kind: 'text', text: 'yes' }], { taskId: id })],
  ['message/stream', (id) => message([{ kind: 'text', text: 'yes' }], { taskId: id })],
  ['tasks/pushNotificationConfig/set', (id) => ({ taskId: id, pushNotificationConfig: push })],
  ['tasks/pushNotificationConfig/get', (id) => ({ id })],
  ['tasks/pushNotificationConfig/list', (id) => ({ id })],
  ['tasks/pushNotificationConfig/delete', (id) => ({ id, pushNotificationConfigId: 'x' })],
];

describe.each(NAMING)('%s', (method, params) => {
  it.each([
    ['nobody, where guests are off', () => ({})],
    [
      'a session in a cookie, which agents do not have',
      () => ({ cookie: `authorization=${token('ann').authorization}` }),
    ],
    ['a made-up key', () => ({ 'x-api-key': `tg_${'x'.repeat(43)}` })],
  ])('%s: 401', async (_who, headers) => {
    expect((await call(method, params(runId), headers())).status).toBe(401);
  });

  it("another user's task does not exist, to the letter", async () => {
    const [theirs, none] = [await call(method, params(runId)), await call(method, params(NOBODYS))];
    expect(theirs).toMatchObject({ status: 200, body: { id: 7, error: { code: -32001 } } });
    const comparable = ({ error }: { error: { data: object } }, id: string) =>
      JSON.stringify({ ...error, data: { ...error.data, request_id: '' } }).replaceAll(id, 'ID');
    expect(comparable(theirs.body, runId)).toBe(comparable(none.body, NOBODYS));
  });
});

it('the owner gets through, and only the owner has it in the list', async () => {
  const { body } = await call('GetTask', { id: runId }, token('ann'));
  expect(body.result).toMatchObject({
    id: runId,
    contextId: 'owned-root',
    status: { state: 'TASK_STATE_WORKING' },
  });
  const listed = async (sub: string) => (await call('ListTasks', {}, token(sub))).body.result.tasks;
  expect(await listed('ann')).toHaveLength(1);
  expect(await listed('bob')).toEqual([]);
});

describe('the same limits as everywhere', () => {
  it('of trees a day: 429 with the reason', async () => {
    const answer = await call('message/send', message([{ kind: 'data', data: { tasks: [{ name: 'a' }] } }]));
    expect(answer).toMatchObject({
      status: 429,
      body: { error: { code: -32000, data: { reason: 'total_quota_exceeded' } } },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('of a method a minute', async () => {
    for (let time = 0; time < 3; time++) expect((await call('ListTasks', {}, token('eve'))).status).toBe(200);
    expect((await call('ListTasks', {}, token('eve'))).status).toBe(429);
  });

  it('of addresses that must not be reached', async () => {
    const params = { taskId: runId, url: 'http://127.0.0.1:9/push' };
    const { body } = await call('CreateTaskPushNotificationConfig', params, token('ann'));
    expect(body.error).toMatchObject({ code: -32602, message: 'Address not allowed' });
  });
});

describe('what cannot be done', () => {
  it('0.3 refuses words and tasks without a name as the original does', async () => {
    const words = await call('message/send', message([{ kind: 'text', text: 'check the disk' }]));
    expect(words).toMatchObject({
      status: 200,
      body: { error: { code: -32603, message: 'No tasks found in context.message.parts or metadata' } },
    });
    const nameless = await call('message/send', message([{ kind: 'data', data: { task_id: 'x' } }]));
    expect(nameless).toMatchObject({
      status: 200,
      body: { error: { message: "Task at index 0 must have a 'name' field" } },
    });
  });

  it.each([
    ['an unknown method', 'tasks/nonsense', {}, -32601],
    ['no message', 'SendMessage', {}, -32602],
    ['no parts', 'SendMessage', { message: { messageId: 'm' } }, -32602],
    ['no message id', 'SendMessage', { message: { parts: [{ text: 'a' }] } }, -32602],
    ['a file', 'SendMessage', message([{ url: 'https://example.com/a.pdf' }]), -32005],
    ['no words', 'SendMessage', message([{ text: ' ' }]), -32602],
    ['no id', 'GetTask', {}, -32602],
    ['a page that is none', 'ListTasks', { pageToken: '-1' }, -32602],
    ['a page that is too large', 'ListTasks', { pageSize: 1000 }, -32602],
    ['a card beside the public one', 'GetExtendedAgentCard', {}, -32007],
  ])('%s', async (_what, method, params, code) => {
    expect(await call(method, params)).toMatchObject({
      status: 200,
      body: { jsonrpc: '2.0', id: 7, error: { code } },
    });
  });

  it('other versions, lists of requests, and what is no JSON', async () => {
    const version = await call('GetTask', { id: runId }, { ...token('ann'), 'a2a-version': '2.0' });
    expect(version.body.error).toMatchObject({ code: -32009 });
    for (const known of ['1.0', '0.3', '1.0.1', ''])
      expect(
        (await call('GetTask', { id: runId }, { ...token('ann'), 'a2a-version': known })).body.result,
      ).toBeDefined();
    const batch = await api.post('/', [{ jsonrpc: '2.0', id: 1, method: 'GetTask' }], token('ann'));
    expect(await batch.json()).toMatchObject({ error: { code: -32600 } });
    expect((await api.post('/', '{', token('ann'))).status).toBe(400);
    // Browsers that come by are sent to the web app; the agents' endpoint takes POST.
    const page = await fetch(api.url, { headers: token('ann'), redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([302, '/app/']);
  });
});

it.each(['/.well-known/agent-card.json', '/.well-known/agent.json', '/.well-known/agent-card'])(
  '%s is open to all and good for both versions',
  async (path) => {
    const response = await fetch(api.url + path);
    expect(response.status).toBe(200);
    const card = await response.json();
    expect(card).toMatchObject({
      protocolVersion: '0.3.0',
      url: `${api.url}/`,
      preferredTransport: 'JSONRPC',
      capabilities: { streaming: true, pushNotifications: true },
    });
    const read = AgentCard.fromJSON(card);
    expect(read.supportedInterfaces.map(({ url, protocolVersion }) => [url, protocolVersion])).toEqual([
      [`${api.url}/`, '1.0'],
      [`${api.url}/`, '0.3'],
    ]);
    expect(read.securitySchemes['bearer']?.scheme?.$case).toBe('httpAuthSecurityScheme');
    expect(read.skills.map(({ id }) => id)).toEqual([
      'tasks.execute',
      'tasks.generate',
      'system_info_executor',
    ]);
  },
);
