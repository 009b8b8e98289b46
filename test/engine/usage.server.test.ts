/** What trees have used adds up exactly: attempts, retries, failures, demo results and runs, also after kill -9. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startFakeProvider } from '../llm/fake-provider.ts';
import { post, serverProcess, testFolder } from '../resilience/wire.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const id = (name: string) => `${name}-${randomUUID()}`;
const info = (root: string, name: string) => ({
  id: `${root}-${name}`,
  name,
  parent_id: root,
  schemas: { method: 'system_info_executor' },
  inputs: { resource: 'cpu' },
});
const broken = (root: string, name: string) => ({ ...info(root, name), inputs: { resource: 'nothing' } });
const head = (root: string) => ({ ...info(root, ''), id: root, name: 'head', parent_id: undefined });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { RATE_LIMIT_ENABLED: 'false' } });
});
afterAll(() => server?.stop());

it('a good tree, a failing one with a retry and a skip, and one in demo mode', async () => {
  const [good, bad, demo] = [id('good'), id('bad'), id('demo')];
  await server.call('tasks.execute', { tasks: [head(good), info(good, 'a'), info(good, 'b')] });
  const retried = {
    ...info(bad, 'retried'),
    schemas: { method: 'rest_executor' },
    inputs: { url: 'http://127.0.0.1:9/nothing', timeout: 1 },
    policy: { max_attempts: 2, backoff_ms: 10 },
  };
  const skipped = { ...info(bad, 'skipped'), dependencies: [{ id: `${bad}-broken` }] };
  const failed = await server.call('tasks.execute', {
    tasks: [head(bad), retried, broken(bad, 'broken'), skipped],
  });
  expect(failed.tree_status).toBe('failed');
  await server.call('tasks.execute', { tasks: [head(demo), info(demo, 'a')], use_demo: true });

  const { groups, total } = await server.call('usage.summary', { group_by: 'executor' });
  expect(total).toMatchObject({
    runs: 3,
    run_outcomes: { completed: 2, failed: 1, cancelled: 0 },
    attempts: 8,
    outcomes: { completed: 5, failed: 3, cancelled: 0 },
    demo_attempts: 2,
    demo_share: 0.25,
    tokens: { total: 0 },
    cost_nano_usd: 0,
  });
  const counts = groups.map((group: { executor: string; attempts: number; outcomes: object }) => [
    group.executor,
    group.attempts,
    group.outcomes,
  ]);
  expect(counts).toEqual([
    ['system_info_executor', 6, { completed: 5, failed: 1, cancelled: 0 }],
    ['rest_executor', 2, { completed: 0, failed: 2, cancelled: 0 }],
  ]);
  expect(total.run_duration_ms.p95).toBeGreaterThanOrEqual(total.run_duration_ms.p50);
  const { csv } = await server.call('usage.export', {});
  expect(csv.trim().split('\r\n')).toHaveLength(1 + 8 + 3);
});

it('after kill -9 every attempt and run is there, once, with its tokens', async () => {
  const fake = await startFakeProvider();
  onTestFinished(() => fake.stop());
  const env = { OPENAI_BASE_URL: fake.baseUrl, RATE_LIMIT_ENABLED: 'false' };
  const own = await serverProcess(await testFolder(), env);
  await own.start();
  const root = id('killed');
  const model = {
    ...info(root, 'model'),
    schemas: { method: 'llm_executor' },
    inputs: { prompt: 'these words', model: 'any' },
  };
  const { body } = await post(own.url, 'tasks.execute', { tasks: [head(root), info(root, 'a'), model] });
  expect(body.result.tree_status).toBe('completed');
  // Well within the second in which rows wait in memory.
  await own.kill();
  await own.start();
  const summary = async () => (await own.rpc('usage.summary', { group_by: 'model' })) as never;
  const first = (await summary()) as { total: { tokens: { input: number } } };
  expect(first.total).toMatchObject({
    runs: 1,
    attempts: 3,
    outcomes: { completed: 3, failed: 0, cancelled: 0 },
    unpriced_attempts: 1,
    cost_usd: null,
  });
  expect(first.total.tokens.input).toBeGreaterThan(0);
  expect(await own.stop()).toBe(0);
  await own.start();
  expect(await summary()).toEqual(first);
  await own.stop();
});
