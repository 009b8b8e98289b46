/** Tasks that ask a model, end to end: streaming, retries, cancel, spending, and that the key stays where it belongs. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SseParser } from '../../src/core/sse-parser.ts';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { findLeaks } from '../support/find-leaks.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const KEY = 'sk-canary-5f0c1b7d9e3a';
let server: TestServer;
let fake: FakeProvider;

beforeAll(async () => {
  fake = await startFakeProvider({ wordMs: 40, retryAfterSeconds: 1 });
  server = await startTestServer({
    env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: fake.baseUrl, OPENAI_MODEL: 'echo', LOG_LEVEL: 'trace' },
  });
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
  inputs,
  ...extra,
});

interface StreamedEvent {
  readonly type?: string;
  readonly task_id?: string;
  readonly text?: string;
  readonly attempt?: number;
  readonly delay_ms?: number;
  readonly status?: string;
}

/** Executes with streaming; everything the client reads, in order. */
async function streamed(tasks: object[]): Promise<StreamedEvent[]> {
  const response = await fetch(`${server.url}/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tasks.execute',
      params: { tasks, use_streaming: true },
    }),
  });
  const parser = new SseParser();
  return parser.push(await response.text()).map(({ data }) => JSON.parse(data) as StreamedEvent);
}

describe('a tree with a model in it', () => {
  it('streams the words between start and end, and passes the answer on', async () => {
    const [root, writer] = [id('root'), id('writer')];
    const events = await streamed([
      { id: root, name: root, schemas: { method: 'aggregate_results_executor' }, dependencies: [writer] },
      llm(writer, { prompt: 'six words of mine are these', model: 'slow' }, { parent_id: root }),
    ]);
    const own = events.filter(({ task_id }) => task_id === writer);
    const types = own.map(({ type }) => type);
    expect(types[0]).toBe('task_start');
    expect(types.at(-1)).toBe('task_completed');
    const deltas = own.filter(({ type }) => type === 'task_delta');
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.map(({ text }) => text).join('')).toBe('You said: six words of mine are these');
    const task = await server.call('tasks.get', { task_id: writer });
    expect(task.result).toMatchObject({ success: true, content: 'You said: six words of mine are these' });
    expect(task.token_usage).toEqual({
      prompt_tokens: expect.any(Number),
      completion_tokens: 8,
      total_tokens: expect.any(Number),
      model: 'slow-2026',
      // Nobody publishes a price for it.
      cost_nano_usd: null,
    });
    const stored = await server.call('tasks.get', { task_id: root });
    expect(stored.result.results[writer].content).toContain('six words');
    const [run] = await server.call('runs.list', { task_id: root });
    const kept = await server.call('runs.events', { run_id: run.run_id });
    expect(kept.map(({ type }: StreamedEvent) => type)).toContain('task-completed');
    expect(JSON.stringify(kept)).not.toContain('delta');
  });

  it('announces a retry before new words come, and waits as long as it was told', async () => {
    const task = id('retried');
    fake.next('limited', 'cut');
    const askedBefore = fake.calls.length;
    const events = await streamed([
      llm(task, { prompt: 'say it again please' }, { policy: { backoff_ms: 1 } }),
    ]);
    const shown = events
      .filter(({ type }) => type === 'task_delta' || type === 'task_retry' || type === 'task_completed')
      .map(({ type, attempt }) => (type === 'task_delta' ? `delta ${attempt}` : type));
    expect(shown.filter((what) => what === 'task_retry')).toHaveLength(2);
    expect(shown.indexOf('delta 3')).toBeGreaterThan(shown.lastIndexOf('task_retry'));
    expect(shown.at(-1)).toBe('task_completed');
    const calls = fake.calls.slice(askedBefore);
    expect(calls).toHaveLength(3);
    expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    const delays = events.filter(({ type }) => type === 'task_retry').map(({ delay_ms }) => delay_ms);
    expect(delays).toEqual([1_000, 2]);
  });

  it('a cancel hangs up on the model', async () => {
    const task = id('cancelled');
    const hungUpBefore = fake.hungUp.length;
    const askedBefore = fake.calls.length;
    await server.call('tasks.execute', {
      tasks: [llm(task, { prompt: 'hi', model: 'hang' })],
      wait_seconds: 0,
    });
    await fake.arrived(askedBefore + 1);
    await server.call('tasks.cancel', { task_ids: [task] });
    await vi.waitFor(() => expect(fake.hungUp.length).toBe(hungUpBefore + 1), { timeout: 5_000 });
    await vi.waitFor(async () => {
      expect((await server.call('tasks.get', { task_id: task })).status).toBe('cancelled');
    });
  });

  it('asks nobody when the task names the demo provider, and says so', async () => {
    const [task, askedBefore] = [id('demo'), fake.calls.length];
    await server.call('tasks.execute', { tasks: [llm(task, { prompt: 'hi', provider: 'demo' })] });
    const stored = await server.call('tasks.get', { task_id: task });
    expect(stored).toMatchObject({ status: 'completed', result: { demo_mode: true }, token_usage: null });
    expect((await server.app.store.tasks.get(task))?.demo).toEqual({ active: true, reason: 'requested' });
    expect(fake.calls.length).toBe(askedBefore);
  });

  it('asks nobody in demo mode and says so', async () => {
    const task = id('demo');
    const askedBefore = fake.calls.length;
    const answer = await server.call('tasks.execute', {
      tasks: [llm(task, { prompt: 'hi' })],
      use_demo: true,
      wait_seconds: 10,
    });
    expect(answer.result).toMatchObject({ success: true, demo_mode: true });
    expect(fake.calls.length).toBe(askedBefore);
  });
});

describe('a tree from a sentence', () => {
  it("is planned with the caller's key, stored, and runs", async () => {
    const [root, cpu] = [id('root'), id('cpu')];
    fake.next(() =>
      JSON.stringify({
        tasks: [
          { name: root, executor: 'aggregate_results_executor', depends_on: [cpu] },
          { name: cpu, executor: 'system_info_executor', inputs: { resource: 'cpu' }, parent: root },
        ],
      }),
    );
    const headers = { 'x-llm-api-key': 'openai:sk-of-the-caller' };
    const { body } = await server.rpc(
      'tasks.generate',
      { requirement: 'look at the CPU', save: true },
      headers,
    );
    expect(body.result).toMatchObject({ count: 2, model: 'echo-2026' });
    expect(body.result).not.toHaveProperty('demo');
    expect(fake.calls.at(-1)?.key).toBe('sk-of-the-caller');
    const answer = await server.call('tasks.execute', { task_id: body.result.root_task_id });
    expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
  });
});

describe("the server's key", () => {
  it('reaches the provider, and stands in no answer, log, row or history', async () => {
    const askedBefore = fake.calls.length;
    const tasks = [id('good'), id('refused'), id('bad'), id('own')];
    const [good = '', refused = '', bad = '', own = ''] = tasks;
    await server.call('tasks.execute', { tasks: [llm(good, { prompt: 'hi' })] });
    await server.call('tasks.execute', { tasks: [llm(refused, { prompt: 'hi', model: 'unauthorized' })] });
    await server.call('tasks.execute', { tasks: [llm(bad, { prompt: 'hi', model: 'bad-request' })] });
    const asked = fake.calls.length;
    const ownUrl = { prompt: 'hi', model: 'echo', base_url: fake.baseUrl };
    await server.call('tasks.execute', { tasks: [llm(own, ownUrl)] });
    expect(fake.calls.length).toBe(asked);
    expect(fake.calls.slice(askedBefore).map(({ key }) => key)).toEqual([KEY, KEY, KEY]);

    for (const task of tasks) {
      const stored = await server.call('tasks.get', { task_id: task });
      expect(stored.status).toBe(task === good ? 'completed' : 'failed');
      const [run] = await server.call('runs.list', { task_id: task });
      const events = await server.call('runs.events', { run_id: run.run_id });
      expect(JSON.stringify([stored, run, events])).not.toContain(KEY);
    }
    const leaks = await findLeaks(server, [KEY, 'sk-of-the-caller']);
    expect(leaks.found).toEqual([]);
    expect(leaks.files).toContain('server.log');
    expect(leaks.histories).toBeGreaterThanOrEqual(tasks.length);
  });
});

describe('without a key', () => {
  it('a task fails at once and names the ways out', async () => {
    const bare = await startTestServer();
    try {
      const answer = await bare.call('tasks.execute', { tasks: [llm(id('bare'), { prompt: 'hi' })] });
      expect(answer).toMatchObject({ success: false, tree_status: 'failed' });
      expect(answer.error).toMatch(/X-LLM-API-KEY.*use_demo.*OPENAI_API_KEY/);
    } finally {
      await bare.stop();
    }
  });
});
