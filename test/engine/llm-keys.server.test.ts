/** Keys that users bring: they pay, they lift the limits, they are gone after the run, and nobody else ever sees them. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { findLeaks } from '../support/find-leaks.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const SERVER_KEY = 'sk-server-91d2c7';
const HEADER_KEY = 'sk-header-canary-7be1a40f';
const STORED_KEY = 'sk-stored-canary-c05d3e88';
let server: TestServer;
let fake: FakeProvider;

beforeAll(async () => {
  fake = await startFakeProvider();
  server = await startTestServer({
    env: {
      OPENAI_API_KEY: SERVER_KEY,
      OPENAI_BASE_URL: fake.baseUrl,
      OPENAI_MODEL: 'echo',
      LOG_LEVEL: 'trace',
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_DAILY_PER_USER: '1000',
      RATE_LIMIT_DAILY_PER_USER_PREMIUM: '1000',
      RATE_LIMIT_DAILY_PER_IP: '10000',
      RATE_LIMIT_DAILY_LLM_PER_USER: '1',
      MAX_CONCURRENT_TASK_TREES: '50',
      MAX_CONCURRENT_TASK_TREES_PER_USER: '50',
    },
  });
});
afterAll(async () => {
  await server?.stop();
  await fake?.stop();
});

/** Guests are told apart by their browser. */
const guest = (name: string, more: Record<string, string> = {}) => ({
  'user-agent': `test ${name}`,
  ...more,
});
const withKey = (name: string, key = HEADER_KEY) => guest(name, { 'x-llm-api-key': `openai:${key}` });

function asking(inputs: object = {}) {
  const id = `ask-${randomUUID().slice(0, 8)}`;
  return { id, name: id, schemas: { method: 'llm_executor' }, inputs: { prompt: 'hi', ...inputs } };
}

async function execute(tasks: object[], headers: Record<string, string>, more: object = {}) {
  const { body, status } = await server.rpc('tasks.execute', { tasks, ...more }, headers);
  return { ...body.result, failure: body.error, httpStatus: status };
}

/** Rows of keys that are kept, of whoever. */
const keptOf = (runId: string) => server.app.store.secrets.list(`run:${runId}`);

describe('the key that a request brings', () => {
  it('pays for the run, lifts the LLM limit, and goes with the run', async () => {
    const before = fake.calls.length;
    for (let round = 0; round < 3; round++) {
      const answer = await execute([asking()], withKey('premium'));
      expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
      expect(answer.result).not.toHaveProperty('demo_mode');
      expect(await keptOf(answer.run_id)).toEqual([]);
    }
    expect(fake.calls.slice(before).map(({ key }) => key)).toEqual([HEADER_KEY, HEADER_KEY, HEADER_KEY]);
  });

  it('is kept sealed while the run lives', async () => {
    const before = fake.calls.length;
    const task = asking({ model: 'hang' });
    const answer = await execute([task], withKey('sealed'), { wait_seconds: 0 });
    await fake.arrived(before + 1);
    const [row] = await keptOf(answer.run_id);
    expect(row?.name).toBe('openai');
    expect(row?.sealed).toMatch(/^sealed:1:/);
    expect(JSON.stringify(row)).not.toContain(HEADER_KEY);
    await server.rpc('tasks.cancel', { task_ids: [task.id] }, guest('sealed'));
    await vi.waitFor(async () => expect(await keptOf(answer.run_id)).toEqual([]), { timeout: 5_000 });
  });

  it('is gone too when the workflow was terminated by hand', async () => {
    const before = fake.calls.length;
    const { run_id } = await execute([asking({ model: 'hang' })], withKey('terminated'), { wait_seconds: 0 });
    await fake.arrived(before + 1);
    const workflowId = (await server.app.store.runs.get(run_id))?.workflow_id ?? '';
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const client = new Client({ connection, namespace: server.namespace });
    await client.workflow.getHandle(workflowId).terminate('by hand');
    await connection.close();
    await vi.waitFor(async () => {
      await server.app.engine.reconciler.round(0);
      expect((await server.app.store.runs.get(run_id))?.status).toBe('cancelled');
    });
    expect(await keptOf(run_id)).toEqual([]);
  });

  it("never falls back: a key the provider refuses fails the task, the server's is not tried", async () => {
    const before = fake.calls.length;
    fake.next('unauthorized');
    const answer = await execute([asking()], withKey('refused'));
    expect(answer).toMatchObject({ success: false, tree_status: 'failed' });
    expect(answer.error).not.toContain(HEADER_KEY);
    expect(fake.calls.slice(before).map(({ key }) => key)).toEqual([HEADER_KEY]);
  });

  it('fails for good when the key has had its time', async () => {
    const before = fake.calls.length;
    const [wait, ask] = [`wait-${randomUUID().slice(0, 8)}`, asking()];
    const tasks = [
      { ...ask, dependencies: [wait] },
      {
        id: wait,
        name: wait,
        parent_id: ask.id,
        schemas: { method: 'approval_executor' },
        inputs: { prompt: 'go on?' },
      },
    ];
    const answer = await execute(tasks, withKey('late'), { wait_seconds: 0 });
    expect(await server.app.store.secrets.delete(`run:${answer.run_id}`)).toBe(1);
    await vi.waitFor(async () => {
      const { body } = await server.rpc(
        'runs.approve',
        { run_id: answer.run_id, task_id: wait },
        guest('late'),
      );
      expect(body.error).toBeUndefined();
    });
    await vi.waitFor(
      async () => {
        const { body } = await server.rpc('tasks.get', { task_id: ask.id }, guest('late'));
        expect(body.result.status).toBe('failed');
        expect(body.result.error).toMatch(/no longer kept.*X-LLM-API-KEY/);
      },
      { timeout: 10_000 },
    );
    expect(fake.calls.length).toBe(before);
  });

  it('is refused at once when the header is no key, and the answer does not repeat it', async () => {
    for (const [method, params] of [
      ['tasks.execute', { tasks: [asking()] }],
      ['tasks.generate', { requirement: 'look at the CPU' }],
    ] as const) {
      for (const header of ['openai:', 'no-such-form', ':sk-x', 'sk-a b']) {
        const { body, status } = await server.rpc(
          method,
          params,
          guest('malformed', { 'x-llm-api-key': header }),
        );
        expect([method, header, status]).toEqual([method, header, 400]);
        expect(body.error).toMatchObject({ code: -32602 });
        expect(JSON.stringify(body)).toMatch(/X-LLM-API-KEY/);
        if (header.length > 8) expect(JSON.stringify(body)).not.toContain(header);
      }
    }
  });
});

describe('a key that is kept', () => {
  it('pays for all runs of its user and of nobody else, until it is deleted', async () => {
    const [ann, bob] = [guest('ann'), guest('bob')];
    const set = await server.rpc('config.llm_key.set', { api_key: STORED_KEY, provider: 'OpenAI' }, ann);
    expect(set.body.result).toMatchObject({ success: true, provider: 'openai' });
    const { body } = await server.rpc('config.llm_key.get', {}, ann);
    expect(body.result).toMatchObject({ has_key: true, providers: { openai: 'configured' } });
    expect((await server.rpc('config.llm_key.get', {}, bob)).body.result.has_key).toBe(false);

    const before = fake.calls.length;
    const runs = [
      await execute([asking()], ann),
      await execute([asking()], ann),
      await execute([asking()], bob),
    ];
    expect(runs.map(({ result }) => result.demo_mode)).toEqual([undefined, undefined, undefined]);
    const overLimit = await execute([asking()], bob);
    expect(overLimit.result.demo_mode).toBe(true);
    expect(fake.calls.slice(before).map(({ key }) => key)).toEqual([STORED_KEY, STORED_KEY, SERVER_KEY]);

    const deleted = await server.rpc('config.llm_key.delete', { provider: 'openai' }, ann);
    expect(deleted.body.result).toMatchObject({ success: true, deleted: true });
    const again = await server.rpc('config.llm_key.delete', { provider: 'openai' }, ann);
    expect(again.body.result).toMatchObject({ success: true, deleted: false });
    await execute([asking()], ann);
    expect(fake.calls.at(-1)?.key).toBe(SERVER_KEY);
  });

  it('is named when it cannot be read', async () => {
    const { body } = await server.rpc('config.llm_key.set', { api_key: 'neither-form' }, guest('bad'));
    expect(body.error.code).toBe(-32602);
    expect(JSON.stringify(body)).toMatch(/provider/);
    expect(JSON.stringify(body)).not.toContain('neither-form');
  });
});

it('200 mixed runs leave no key anywhere', async () => {
  await server.rpc('config.llm_key.set', { api_key: `openai:${STORED_KEY}` }, guest('keeper'));
  const models = ['echo', 'broken', 'unauthorized', 'garbage', 'bad-request'];
  let answers = '';
  for (let round = 0; round < 20; round++) {
    const batch = Array.from({ length: 10 }, async (_, index) => {
      const headers = index % 2 === 0 ? withKey(`mixed ${index}`) : guest('keeper');
      const task = {
        ...asking({ model: models[(round + index) % models.length] }),
        policy: { max_attempts: 1 },
      };
      const streams = index === 4;
      const response = await fetch(`${server.url}/tasks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tasks.execute',
          params: { tasks: [task], ...(streams ? { use_streaming: true } : {}) },
        }),
      });
      answers += await response.text();
    });
    await Promise.all(batch);
  }
  for (const key of [HEADER_KEY, STORED_KEY, SERVER_KEY]) expect(answers.includes(key)).toBe(false);
  expect(answers).toContain('completed');
  expect(answers).toContain('failed');
  const leaks = await findLeaks(server, [HEADER_KEY, STORED_KEY, SERVER_KEY]);
  expect(leaks.found).toEqual([]);
  expect(leaks.histories).toBeGreaterThan(200);
  expect(leaks.files.join(' ')).toMatch(/server\.log/);
  expect(leaks.files.join(' ')).toMatch(/duckdb/);
}, 120_000);
