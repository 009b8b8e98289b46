/** An agent that waits for a person while its run goes over into a new workflow execution. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
let fake: FakeProvider;
beforeAll(async () => {
  fake = await startFakeProvider();
  const env = { OPENAI_BASE_URL: fake.baseUrl };
  server = await startTestServer({ env, limits: { continueAfterEvents: 5 } });
});
afterAll(async () => {
  await server?.stop();
  await fake?.stop();
});

it('goes on with each decision, and asks the model for nothing twice', async () => {
  const inputs = {
    goal: 'add: {"expression": "1 + 1"}',
    tools: ['transform_executor'],
    model: 'agent-5',
    autonomous_steps: 1,
  };
  const task = { id: 'long', name: 'long', schemas: { method: 'agent_executor' }, inputs };
  const { run_id } = await server.call('tasks.execute', { tasks: [task], wait_seconds: 0 });
  const get = () => server.call('tasks.get', { task_id: 'long' });
  for (const asked of [1, 2, 3, 4]) {
    await vi.waitFor(
      async () => {
        expect(fake.calls).toHaveLength(asked);
        expect((await get()).wait).toMatchObject({ kind: 'approval' });
        await server.call('runs.approve', { run_id, task_id: 'long' });
      },
      { timeout: 20_000, interval: 100 },
    );
  }
  await vi.waitFor(async () => expect((await get()).status).toBe('completed'), { timeout: 20_000 });
  expect((await get()).result).toMatchObject({ finished: true, steps: 5 });
  expect(fake.calls).toHaveLength(5);
});
