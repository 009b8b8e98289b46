/** Schedules and triggers where two API processes and a worker share PostgreSQL and Temporal. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { hmacHeaders, standardHeaders } from '../support/sign-trigger.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const SHARED = 'a secret for all tasks';
const BODY = '{"event":"pushed"}';
const servers: TestServer[] = [];
let api: TestServer;
let other: TestServer;

beforeAll(async () => {
  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const namespace = `test-${randomUUID().slice(0, 8)}`;
  const start = async (role: string) => {
    const env = { ROLE: role, WEBHOOK_SECRET: SHARED, JWT_SECRET: 'a secret of tokens, the same for all' };
    const server = await startTestServer({ databaseUrl, namespace, env });
    servers.push(server);
    return server;
  };
  api = await start('api');
  other = await start('api');
  await start('worker');
}, 60_000);
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

const info = { schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } };
const post = (to: TestServer, id: string, headers: Record<string, string>) =>
  fetch(`${to.url}/webhook/trigger/${id}`, { method: 'POST', headers, body: BODY });

it('what one process schedules, another runs; pausing at another stops it', async () => {
  const every = { schedule_type: 'interval', schedule_expression: '1', schedule_enabled: true };
  await api.call('tasks.create', { id: 'often', name: 'often', ...info, ...every });
  await expect
    .poll(async () => (await other.call('tasks.get', { task_id: 'often' })).run_count, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(2);
  const paused = await other.call('tasks.update', { task_id: 'often', schedule_enabled: false });
  expect(paused).toMatchObject({ schedule_enabled: false, next_run_at: null });
  expect(await api.call('tasks.scheduled.list', {})).toEqual([]);
});

it('one signed request at two processes at once runs once', async () => {
  await api.call('tasks.create', { id: 'once', name: 'once', ...info });
  const { secret } = await api.call('tasks.webhook.secret', { task_id: 'once' });
  for (const headers of [hmacHeaders(SHARED, BODY), standardHeaders(secret, BODY)]) {
    const before = (await api.call('runs.list', { task_id: 'once' })).length;
    const answers = await Promise.all(
      [api, other, api, other].map((to) => post(to, 'once?async=false', headers)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await api.call('runs.list', { task_id: 'once' })).toHaveLength(before + 1);
  }
});
