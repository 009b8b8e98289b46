/** `tasks.generate` with `use_streaming`: the tree as it grows, repairs, errors before and after the first word, hang-ups. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LlmKey } from '../../src/core/llm/llm-key.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createGateway } from '../../src/llm/create-gateway.ts';
import { createTreeGenerator } from '../../src/llm/generate-tree/create-tree-generator.ts';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { testSettings } from '../executors/make-context.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { createMemoryStore, type MemoryStore } from './support/memory-store.ts';
import { badAnswers, goodAnswer } from './support/model-answers.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const registry = await loadRegistry({ directory, settings: testSettings });
let fake: FakeProvider;
let store: MemoryStore;
let api: TestApi;
beforeAll(async () => {
  fake = await startFakeProvider();
  store = createMemoryStore();
  const http = createHttpClient({ allowPrivateUrls: true });
  const server = [
    { provider: 'openai', baseUrl: fake.baseUrl, key: new LlmKey('openai', 'sk-t'), model: 'm' },
  ];
  const llm = createGateway({ server, defaultModels: {}, guarded: http, configured: http });
  api = await startTestApi(store, {
    deps: { registry, llm, treeGenerator: createTreeGenerator({ registry, llm }) },
    settings: { maxStreamsPerUser: 1 },
    limits: { isEnabled: true, dailyPerUser: 1_000, dailyLlmPerUser: 1_000, dailyPerIp: 1_000 },
  });
});
beforeEach(() => {
  fake.calls.length = 0;
});
afterAll(async () => {
  await api.stop();
  await fake.stop();
});

const requirement = 'Look at the machine and gather what was found';
const post = (params: object = {}, headers: Record<string, string> = {}) => {
  const call = { requirement, use_streaming: true, ...params };
  return api.post('/tasks', { jsonrpc: '2.0', id: 7, method: 'tasks.generate', params: call }, headers);
};
// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
type Event = any;
const eventsOf = async (response: Response): Promise<Event[]> =>
  (await response.text())
    .split('\n\n')
    .filter((part) => part.startsWith('data: '))
    .map((part) => JSON.parse(part.slice('data: '.length)));

describe('a streamed generation', () => {
  it('tells of each task once and ends with the answer of a call without streaming', async () => {
    fake.next(() => goodAnswer(2));
    const response = await post({ save: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = await eventsOf(response);
    expect(events.map(({ type }) => type)).toEqual([
      'plan_start',
      ...Array(4).fill('plan_task'),
      undefined,
      'stream_end',
    ]);
    expect(events[1].task).toEqual({
      name: 'result',
      executor: 'aggregate_results_executor',
      parent: null,
      depends_on: ['step 1', 'step 2', 'step 3'],
    });
    const answer = events.at(-2);
    expect(answer).toMatchObject({
      jsonrpc: '2.0',
      id: 7,
      result: { count: 4, quota_info: expect.anything() },
    });
    expect(await store.tasks.tree(answer.result.root_task_id)).toHaveLength(4);

    fake.next(() => goodAnswer(2));
    const plain = await api.rpc('tasks.generate', { requirement, save: true });
    expect(Object.keys(plain.result).sort()).toEqual(Object.keys(answer.result).sort());
  });

  it('a repair names the problems, and the tasks begin anew', async () => {
    fake.next(
      () => badAnswers['wrong inputs']?.write(0) ?? '',
      () => goodAnswer(0),
    );
    const events = await eventsOf(await post());
    const repair = events.findIndex(({ type }) => type === 'plan_repair');
    expect(events[repair]).toMatchObject({
      attempt: 0,
      problems: [expect.stringContaining('inputs.resource')],
    });
    expect(events.slice(repair + 1).map(({ type, attempt }) => [type, attempt])).toEqual([
      ['plan_start', 1],
      ['plan_task', 1],
      ['plan_task', 1],
      [undefined, undefined],
      ['stream_end', undefined],
    ]);
  });

  it('a plan that stays broken ends in the error, and nothing is stored', async () => {
    const before = await store.tasks.list({ limit: 1_000, offset: 0 });
    fake.next(...Array(3).fill(() => goodAnswer(2).slice(0, -9)));
    const events = await eventsOf(await post({ save: true }));
    expect(events.filter(({ type }) => type === 'plan_repair')).toHaveLength(2);
    expect(events.at(-2)).toMatchObject({
      id: 7,
      error: { data: expect.stringContaining('not complete, valid JSON'), meta: { code: 'task_failed' } },
    });
    expect(await store.tasks.list({ limit: 1_000, offset: 0 })).toEqual(before);
  });

  it('what fails before the first word is a plain error', async () => {
    expect((await post({ requirement: ' ' })).status).toBe(400);
    fake.next('unauthorized');
    const refused = await post();
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(await refused.json()).toMatchObject({ id: 7, error: { meta: { code: 'task_failed' } } });
    const batch = await api.post('/tasks', [
      { jsonrpc: '2.0', id: 1, method: 'tasks.generate', params: { requirement, use_streaming: true } },
    ]);
    expect(await batch.json()).toMatchObject([{ error: { code: -32600 } }]);
  });

  it('plans by rules as a stream too, and repeats the answer to the same key', async () => {
    const headers = { 'idempotency-key': 'stream-1' };
    const events = await eventsOf(await post({ use_demo: true }, headers));
    expect(events.filter(({ type }) => type === 'plan_task')).toHaveLength(events.at(-2).result.count);
    const again = await eventsOf(await post({ use_demo: true }, headers));
    expect(again).toEqual([events.at(-2), events.at(-1)]);
    expect(fake.calls).toHaveLength(0);
  });

  it('a hang-up stops the model and stores nothing; until then it is one of the streams a user may have', async () => {
    const before = await store.tasks.list({ limit: 1_000, offset: 0 });
    fake.next('hang-mid');
    const response = await post({ save: true });
    const reader = response.body?.getReader();
    // The first words have come: they cannot be a task yet.
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('plan_start');
    const second = await post();
    expect(second.status).toBe(429);
    await reader?.cancel();
    await fake.abandoned();
    expect(await store.tasks.list({ limit: 1_000, offset: 0 })).toEqual(before);
  });
});
