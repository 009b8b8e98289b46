/** Limits on a whole server: model tasks beyond their part, places of runs that wait or end, on both databases. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type FakeProvider, startFakeProvider } from '../llm/fake-provider.ts';
import { createDatabase } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const id = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const task = (method: string, inputs: object = {}) => ({
  id: id(method),
  name: method,
  schemas: { method },
  inputs,
});
let provider: FakeProvider;
let server: TestServer;

beforeAll(async () => {
  provider = await startFakeProvider({ wordMs: 1, retryAfterSeconds: 1 });
});
afterAll(() => provider.stop());
afterEach(() => server.stop());

async function begin(kind: string, env: Record<string, string>): Promise<void> {
  server = await startTestServer({
    ...(kind === 'postgres' ? { databaseUrl: await createDatabase(inject('postgresUrl')) } : {}),
    env: {
      RATE_LIMIT_ENABLED: 'true',
      OPENAI_API_KEY: 'sk-of-the-server',
      OPENAI_BASE_URL: provider.baseUrl,
      OPENAI_MODEL: 'echo',
      ...env,
    },
  });
}
const status = async () => {
  const response = await fetch(`${server.url}/api/quota/status`);
  return ((await response.json()) as { quota: Record<string, unknown> }).quota;
};

for (const kind of ['duckdb', 'postgres']) {
  describe(`limits on ${kind}`, () => {
    it('beyond the model part the tree runs, its model tasks as demo and honestly so', async () => {
      await begin(kind, {});
      const run = async () => {
        const leaf = task('llm_executor', { prompt: 'hello' });
        const root = { ...task('aggregate_results_executor'), dependencies: [leaf.id] };
        const cpu = task('system_info_executor', { resource: 'cpu' });
        const under = (one: object) => ({ ...one, parent_id: root.id });
        const answer = await server.call('tasks.execute', { tasks: [root, under(leaf), under(cpu)] });
        const get = (taskId: string) => server.call('tasks.get', { task_id: taskId });
        return { answer, leaf: await get(leaf.id), cpu: await get(cpu.id) };
      };
      const first = await run();
      expect(first.answer).toMatchObject({
        tree_status: 'completed',
        quota_info: { total_used: 1, total_limit: 10, llm_used: 1, llm_limit: 1 },
      });
      expect(first.leaf.demo).toBeUndefined();
      const second = await run();
      expect(second.answer).toMatchObject({
        tree_status: 'completed',
        quota_info: { total_used: 2, llm_used: 1 },
      });
      expect(second.leaf.demo).toEqual({ active: true, reason: 'llm_quota_exceeded' });
      expect(second.cpu.demo).toBeUndefined();
      expect(await status()).toMatchObject({
        llm_quota_exceeded: true,
        llm_remaining: 0,
        total_remaining: 8,
      });
    });

    it('a place is free when the tree has ended, and while it only waits', async () => {
      await begin(kind, { MAX_CONCURRENT_TASK_TREES_PER_USER: '1' });
      for (let turn = 0; turn < 3; turn++)
        expect(
          (await server.rpc('tasks.execute', { tasks: [task('system_info_executor', { resource: 'cpu' })] }))
            .status,
        ).toBe(200);
      const asking = task('approval_executor', { prompt: 'Go on?' });
      const { run_id } = await server.call('tasks.execute', { tasks: [asking], wait_seconds: 0 });
      const next = () =>
        server.rpc('tasks.execute', { tasks: [task('system_info_executor', { resource: 'cpu' })] });
      // At first it may still be on its way to waiting; then its place is free.
      await expect.poll(async () => (await next()).status, { timeout: 10_000 }).toBe(200);
      await server.call('runs.approve', { run_id, task_id: asking.id });
      await expect
        .poll(async () => (await server.call('runs.get', { run_id })).status, { timeout: 10_000 })
        .toBe('completed');
      const stats = await fetch(`${server.url}/api/quota/system-stats`);
      expect(await stats.json()).toMatchObject({ total_concurrent: 0, max_concurrent: 10 });
    });

    it('a cancelled run frees its place, and on the own machine the refusal says what lifts it', async () => {
      await begin(kind, { RATE_LIMIT_DAILY_PER_USER: '1' });
      const slow = task('wait_executor', { seconds: 30 });
      const { run_id } = await server.call('tasks.execute', { tasks: [slow], wait_seconds: 0 });
      const refused = await server.rpc('tasks.execute', { tasks: [task('system_info_executor')] });
      expect(refused.status).toBe(429);
      const { hint } = refused.body.error.data;
      expect(hint).toMatch(/RATE_LIMIT_DAILY_PER_USER.*RATE_LIMIT_ENABLED=false/);
      await server.call('tasks.cancel', { task_ids: [slow.id] });
      expect((await server.call('runs.get', { run_id })).status).toBe('cancelled');
      const stats = await fetch(`${server.url}/api/quota/system-stats`);
      expect(await stats.json()).toMatchObject({ total_concurrent: 0 });
    });
  });
}
