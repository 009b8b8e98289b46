/** Budgets end to end: of a task that loops, of a tree, of a user's day; on both wire formats. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
let fake: FakeProvider;
const environment = () => ({
  OPENAI_API_KEY: 'sk-openai-canary',
  OPENAI_BASE_URL: fake.baseUrl,
  OPENAI_MODEL: 'echo',
  ANTHROPIC_API_KEY: 'sk-ant-canary',
  ANTHROPIC_BASE_URL: fake.baseUrl,
  ANTHROPIC_MODEL: 'echo',
});

beforeAll(async () => {
  fake = await startFakeProvider();
  server = await startTestServer({ env: environment() });
});
afterAll(async () => {
  await server?.stop();
  await fake?.stop();
});

const id = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const llm = (taskId: string, inputs: object, extra: object = {}) => ({
  id: taskId,
  name: taskId,
  schemas: { method: 'llm_executor' },
  inputs: { prompt: 'say something', max_tokens: 10, ...inputs },
  ...extra,
});
const execute = (tasks: object[], on: TestServer = server) =>
  on.call('tasks.execute', { tasks, wait_seconds: 20 });

describe('a task', () => {
  it('that loops is cut before the call that would pass its budget; nothing is spent after', async () => {
    const task = id('loop');
    const before = fake.calls.length;
    const inputs = {
      items: Array.from({ length: 20 }, (_, index) => index),
      executor: 'llm_executor',
      inputs: { prompt: 'item {{item}}', max_tokens: 10, stream: false },
      concurrency: 1,
      fail_fast: true,
    };
    const policy = { max_tokens_total: 150, backoff_ms: 1 };
    await execute([{ id: task, name: task, schemas: { method: 'map_executor' }, inputs, policy }]);
    const stored = await server.call('tasks.get', { task_id: task });
    expect(stored).toMatchObject({ status: 'failed' });
    expect(stored.error).toContain("task's budget of 150 tokens");
    expect(stored.token_usage.total_tokens).toBeLessThanOrEqual(150);
    const made = fake.calls.length - before;
    expect(made).toBeGreaterThan(1);
    expect(made).toBeLessThan(20);
  });

  it('with a budget of money asks no model whose price is not known', async () => {
    const task = id('unpriced');
    const before = fake.calls.length;
    await execute([llm(task, {}, { policy: { max_cost_nano_usd: 1_000_000 } })]);
    const stored = await server.call('tasks.get', { task_id: task });
    expect(stored.error).toContain('price of openai/echo is not known');
    expect(fake.calls.length).toBe(before);
  });

  it("speaks Anthropic's format where it names the provider, with the server's other key", async () => {
    const task = id('claude');
    await execute([llm(task, { provider: 'anthropic', prompt: 'hello' })]);
    const stored = await server.call('tasks.get', { task_id: task });
    expect(stored.result).toMatchObject({ content: 'You said: hello', provider: 'anthropic' });
    expect(fake.calls.at(-1)).toMatchObject({ path: '/v1/messages', key: 'sk-ant-canary' });
  });
});

describe('a routed task', () => {
  it('is answered by the next model, lists who was asked, and counts what it cost', async () => {
    const routed = await startTestServer({
      env: { ...environment(), LLM_ROUTE_MODELS: 'openai/broken,anthropic/echo' },
    });
    try {
      const task = id('routed');
      const inputs = { prompt: 'hello', preferred_model: 'openai/broken' };
      await execute([{ id: task, name: task, schemas: { method: 'llm_route' }, inputs }], routed);
      const stored = await routed.call('tasks.get', { task_id: task });
      expect(stored).toMatchObject({ status: 'completed', token_usage: { model: 'echo-2026' } });
      expect(stored.result).toMatchObject({
        content: 'You said: hello',
        attempts: [{ provider: 'openai', outcome: 'task_transient' }, { provider: 'anthropic' }],
      });
      const metrics = await (await fetch(`${routed.url}/metrics`)).text();
      expect(metrics).toContain('taskgrove_llm_calls_total{provider="anthropic",outcome="answered"} 1');
      const choice = await routed.call('models.route', { preferred_model: 'anthropic/echo' });
      expect(choice.selection).toMatchObject({ provider: 'anthropic', latency_measured: true });
    } finally {
      await routed.stop();
    }
  });
});

describe('a tree', () => {
  it('stops asking when its budget is used up, whichever task asks', async () => {
    const ids = ['a', 'b', 'c', 'd'].map(id);
    const root = id('root');
    const before = fake.calls.length;
    const children = ids.map((child, place) =>
      llm(
        child,
        {},
        { parent_id: root, dependencies: place === 0 ? [] : [{ id: ids[place - 1], required: false }] },
      ),
    );
    const policy = { tree_max_tokens_total: 60 };
    const parent = { id: root, name: root, schemas: { method: 'aggregate_results_executor' }, policy };
    const answer = await execute([parent, ...children]);
    expect(answer).toMatchObject({ success: false });
    const stored = await Promise.all(ids.map((task_id) => server.call('tasks.get', { task_id })));
    const statuses = stored.map(({ status }) => status);
    expect(statuses[0]).toBe('completed');
    expect(statuses.at(-1)).toBe('failed');
    expect(stored.at(-1).error).toContain("tree's budget of 60 tokens");
    expect(fake.calls.length - before).toBe(statuses.filter((status) => status === 'completed').length);
  });
});

describe('a user', () => {
  it('has a day that runs out over many trees', async () => {
    const limited = await startTestServer({ env: { ...environment(), LLM_USER_DAILY_MAX_TOKENS: '60' } });
    try {
      const tasks = ['a', 'b', 'c', 'd'].map(id);
      const errors: (string | null)[] = [];
      const before = fake.calls.length;
      for (const task of tasks) {
        await execute([llm(task, {})], limited);
        errors.push((await limited.call('tasks.get', { task_id: task })).error);
      }
      expect(errors[0]).toBeNull();
      expect(errors.at(-1)).toContain("user's budget of 60 tokens");
      expect(fake.calls.length - before).toBe(errors.filter((error) => error === null).length);
    } finally {
      await limited.stop();
    }
  });
});
