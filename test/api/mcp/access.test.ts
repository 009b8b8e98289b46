/**
 * Every tool against everybody who must not get through: the matrix of the methods, over MCP. The real store, the real
 * chain of credentials, real ids of the owner. A new method is in it by itself.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methodTool } from '../../../src/api/mcp/method-tools.ts';
import type { McpTool } from '../../../src/api/mcp/tool.ts';
import { METHOD_TABLE } from '../../../src/api/method-table.ts';
import { createMethodRates } from '../../../src/api/rpc/method-rates.ts';
import { createIdentity } from '../../../src/identity/create-identity.ts';
import type { Store } from '../../../src/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { makeIdentity, signToken } from '../../identity/make-identity.ts';
import { sampleAccept, sampleTree } from '../../store/sample-tasks.ts';
import { sampleStudy } from '../../store/study-conformance.ts';
import { startTestApi, type TestApi } from '../support/test-api.ts';

const SECRET_NAME = 'what only the owner may read';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { ms: Date.now() };
const token = (sub: string, more: object = {}) => ({
  authorization: `Bearer ${signToken({ sub, exp: clock.ms / 1_000 + 600, ...more })}`,
});
const ids = { task: 'owned-root', run: '', key: '', persona: 0, study: '' };
const nobodys = {
  task: 'nobodys-root',
  run: '019aa000-0000-7000-8000-00000000ffff',
  key: 'nobodys-key',
  persona: 998_877,
  study: '019aa000-0000-7000-8000-00000000cccc',
};

let api: TestApi;
let store: Store;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-mcp-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
  const { parts } = makeIdentity({ keys: store.keys, isDemoMode: false, clock });
  api = await startTestApi(store, {
    deps: {
      identity: createIdentity(parts),
      keys: parts.keys,
      methodRates: createMethodRates({ 'usage.summary': 2 }, () => clock.ms),
    },
  });
  const tree = sampleTree(ids.task, 3).map((task) => ({ ...task, name: SECRET_NAME, user_id: 'ann' }));
  await store.tasks.create(tree);
  const { run } = await store.runs.accept(sampleAccept(tree, { userId: 'ann' }));
  ids.run = run.run_id;
  ids.key = (await api.rpc('keys.create', { name: SECRET_NAME }, token('ann'))).result.key_id;
  const persona = {
    name: SECRET_NAME,
    occupation: 'x',
    location: 'x',
    tech_proficiency: 'Low',
    behavioral_traits: [],
  };
  ids.persona = (await api.rpc('personas.create', persona, token('ann'))).result.id;
  const study = sampleStudy({ userId: 'ann' });
  ids.study = study.studyId;
  await store.studies.save({ ...study, topic: { ...study.topic, feature: SECRET_NAME } });
});
afterAll(async () => {
  await api?.stop();
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const post = (method: string, params: object, headers: Record<string, string>) =>
  api.post(
    '/mcp',
    { jsonrpc: '2.0', id: 1, method, params },
    { accept: 'application/json, text/event-stream', ...headers },
  );
/** The message of a JSON answer, or the last one of a stream. */
async function messageOf(response: Response) {
  const text = await response.text();
  const json = text.startsWith('{')
    ? text
    : (text
        .match(/^data: (.+)$/gm)
        ?.at(-1)
        ?.slice(6) ?? '{}');
  return JSON.parse(json);
}
const request = async (method: string, params: object, headers: Record<string, string>) =>
  messageOf(await post(method, params, headers));
const call = (name: string, given: object, headers: Record<string, string>) =>
  request('tools/call', { name, arguments: given }, headers);

/** The method's own example, with every id in it made one of `known`. */
function argumentsOf({ method, inputSchema }: McpTool, known: typeof ids): Record<string, unknown> {
  const example = method.examples[0]?.params;
  const given: Record<string, unknown> = Array.isArray(example)
    ? { tasks: example }
    : { ...(example as Record<string, unknown>) };
  if (method.name !== 'tasks.create') delete given['tasks'];
  const values: Record<string, unknown> = {
    task_id: known.task,
    id: known.task,
    root_id: known.task,
    parent_id: known.task,
    task_ids: [known.task],
    context_ids: [known.task],
    run_id: known.run,
    key_id: known.key,
    persona_id: known.persona,
    persona_ids: [known.persona],
    study_id: known.study,
  };
  for (const name of Object.keys((inputSchema['properties'] ?? {}) as object))
    if (name in values) given[name] = values[name];
  return given;
}

it.each([
  ['nobody, where guests are off', () => ({})],
  [
    'a session in a cookie, which agents do not have',
    () => ({ cookie: `authorization=${token('ann').authorization}` }),
  ],
  ['an expired token', () => token('ann', { exp: clock.ms / 1_000 - 60 })],
  [
    "a token under somebody else's secret",
    () => ({ authorization: `Bearer ${signToken({ sub: 'ann' }, { secret: 'x' })}` }),
  ],
  ['a made-up key', () => ({ 'x-api-key': `tg_${'x'.repeat(43)}` })],
])('%s: 401', async (_who, headers) => {
  const response = await post('tools/list', {}, headers());
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
});

const owned = METHOD_TABLE.filter(({ auth }) => auth.ownership !== 'none').map(methodTool);
describe.each(owned.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  it("another user's ids do not exist, to the letter", async () => {
    const answer = await call(name, argumentsOf(tool, ids), token('bob'));
    expect(answer.error ?? answer.result).toBeDefined();
    expect(JSON.stringify(answer)).not.toContain(SECRET_NAME);
    const isMaking = name === 'tasks_create' || name === 'studies_report';
    if (isMaking || !/_id|"id"|_ids/.test(JSON.stringify(argumentsOf(tool, ids)))) return;
    const other = await call(name, argumentsOf(tool, nobodys), token('bob'));
    const comparable = (value: unknown, known: typeof ids) =>
      JSON.stringify(value)
        .replaceAll(/"?\brequest_id\\?"?:\\?"[^"]+"/g, '')
        .replaceAll(known.task, 'TASK')
        .replaceAll(known.run, 'RUN')
        .replaceAll(known.key, 'KEY')
        .replaceAll(known.study, 'STUDY')
        .replaceAll(new RegExp(`\\b${known.persona}\\b`, 'g'), 'PERSONA');
    expect(comparable(answer, ids)).toBe(comparable(other, nobodys));
  });
});

it('what needs a role is neither offered nor done without it', async () => {
  const listed = async (headers: Record<string, string>) => {
    const { result } = await request('tools/list', {}, headers);
    return result.tools.map(({ name }: { name: string }) => name) as string[];
  };
  const guarded = METHOD_TABLE.filter(({ auth }) => auth.roles !== undefined).map(methodTool);
  expect(guarded.length).toBeGreaterThan(0);
  const [bobs, admins] = [await listed(token('bob')), await listed(token('root', { role: 'admin' }))];
  for (const { name } of guarded) {
    expect(bobs).not.toContain(name);
    expect(admins).toContain(name);
    expect((await call(name, {}, token('bob'))).error).toMatchObject({ code: -32602 });
  }
});

it('the owner gets through', async () => {
  const { result } = await call('tasks_get', { task_id: ids.task }, token('ann'));
  expect(result.structuredContent.result).toMatchObject({ id: ids.task, name: SECRET_NAME });
});

it('the limits of methods hold, whichever protocol is spoken', async () => {
  for (let time = 0; time < 2; time++)
    expect((await call('usage_summary', {}, token('eve'))).result.isError).toBeUndefined();
  const { result } = await call('usage_summary', {}, token('eve'));
  expect(result.isError).toBe(true);
  expect(result.structuredContent.error.data).toMatchObject({ reason: 'method_limit_exceeded' });
  expect((await api.rpc('usage.summary', {}, token('eve'))).status).toBe(429);
});

it('refuses bodies that are no JSON, too deep, or too many at once', async () => {
  const headers = token('ann');
  expect((await api.post('/mcp', '{', headers)).status).toBe(400);
  expect((await api.post('/mcp', '['.repeat(80) + ']'.repeat(80), headers)).status).toBe(400);
  const many = Array.from({ length: 101 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
  expect((await api.post('/mcp', many, headers)).status).toBe(400);
  expect((await api.post('/mcp', ' '.repeat(300 * 1024), headers)).status).toBe(413);
  expect((await fetch(`${api.url}/mcp`, { headers })).status).toBe(405);
});

it('pages of other sites need a credential that is sent on purpose', async () => {
  const response = await post('ping', {}, { origin: 'https://elsewhere.example', ...token('ann') });
  expect(response.status).toBe(200);
  const without = await post('ping', {}, { origin: 'https://elsewhere.example' });
  expect(without.status).toBe(401);
});
