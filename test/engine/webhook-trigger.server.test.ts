/** Triggers on a whole server: the tree runs on its owner's account, and secrets and deliveries outlive the process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { hmacHeaders, standardHeaders } from '../support/sign-trigger.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const BODY = '{"event":"pushed"}';
let server: TestServer;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-trigger-'));
  server = await startTestServer({ dataDir });
});
afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const info = (id: string, extra: object = {}) => ({
  id,
  name: id,
  schemas: { method: 'system_info_executor' },
  inputs: { resource: 'cpu' },
  ...extra,
});
async function trigger(to: TestServer, path: string, headers: Record<string, string>) {
  const response = await fetch(`${to.url}/webhook/trigger/${path}`, { method: 'POST', headers, body: BODY });
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}
const secretOf = async (id: string) =>
  (await server.call('tasks.webhook.secret', { task_id: id })).secret as string;

it('a signed post runs the tree and, if asked, waits for its result', async () => {
  await server.call('tasks.create', [info('whole'), info('part', { parent_id: 'whole' })]);
  const secret = await secretOf('whole');
  const { status, body } = await trigger(server, 'whole?async=false', standardHeaders(secret, BODY));
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: true,
    status: 'completed',
    task_id: 'whole',
    error: null,
    children: [{ task_id: 'part', name: 'part', status: 'completed', error: null }],
  });
  expect(body.result).not.toBeNull();
  const again = await trigger(server, 'whole?async=false', hmacHeaders(secret, BODY));
  expect(again.body).toMatchObject({ success: true, status: 'completed' });
  expect(again.body.run_id).not.toBe(body.run_id);
});

it('a tree that fails is no success', async () => {
  await server.call('tasks.create', info('failing', { inputs: { resource: 'nonsense' } }));
  const { status, body } = await trigger(server, 'failing?async=false', {});
  expect(status).toBe(200);
  expect(body).toMatchObject({ success: false, status: 'failed', task_id: 'failing' });
  expect(body.error).toMatch(/resource/);
});

it('is counted by the schedule the task may have', async () => {
  const schedule = { schedule_type: 'daily', schedule_expression: '09:00', schedule_enabled: true };
  await server.call('tasks.create', info('daily', { ...schedule, max_runs: 2 }));
  const before = Date.now();
  await server.call('tasks.webhook.trigger', { task_id: 'daily', async_execution: false });
  const once = await server.call('tasks.get', { task_id: 'daily' });
  expect(once).toMatchObject({ run_count: 1, schedule_enabled: true });
  expect(Date.parse(once.last_run_at)).toBeGreaterThanOrEqual(before - 1);
  await server.call('tasks.webhook.trigger', { task_id: 'daily', async_execution: false });
  expect(await server.call('tasks.get', { task_id: 'daily' })).toMatchObject({
    run_count: 2,
    schedule_enabled: false,
    next_run_at: null,
  });
});

it('secrets outlive a restart, and so does the memory of what was accepted', async () => {
  await server.call('tasks.create', info('kept'));
  const secret = await secretOf('kept');
  const headers = standardHeaders(secret, BODY);
  expect((await trigger(server, 'kept?async=false', headers)).status).toBe(200);
  const { namespace } = server;
  await server.stop();
  server = await startTestServer({ dataDir, namespace });
  const again = await trigger(server, 'kept', headers);
  expect(again.status).toBe(409);
  expect(again.body.error).toContain('accepted before');
  expect((await trigger(server, 'kept?async=false', standardHeaders(secret, BODY))).status).toBe(200);
  expect(await server.call('runs.list', { task_id: 'kept' })).toHaveLength(2);
});

it("the owner's day pays, whoever signs; and senders have a limit of their own", async () => {
  const secret = 'a secret for all tasks';
  const limits = { RATE_LIMIT_ENABLED: 'true', RATE_LIMIT_DAILY_PER_USER: '2', WEBHOOK_RATE_LIMIT: '4' };
  const limited = await startTestServer({ env: { ...limits, WEBHOOK_SECRET: secret } });
  onTestFinished(() => limited.stop());
  for (const id of ['first', 'second']) {
    await limited.call('tasks.create', info(id));
    await limited.call('tasks.webhook.secret', { task_id: id });
  }
  const post = (id: string) => trigger(limited, `${id}?async=false`, hmacHeaders(secret, BODY));
  expect((await post('first')).body).toMatchObject({ success: true, status: 'completed' });
  await limited.call('tasks.execute', { task_id: 'first', fresh: true });
  const status = await (await fetch(`${limited.url}/api/quota/status`)).json();
  expect(status).toMatchObject({ quota: { total_used: 2 } });
  const refused = await post('second');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.body).toMatchObject({ success: false, task_id: 'second', code: 'quota_exceeded' });
  for (let left = 2; left > 0; left--) expect((await post('unknown')).status).toBe(404);
  expect((await post('second')).body).toMatchObject({
    code: 'rate_limited',
    details: { reason: 'webhook_limit_exceeded' },
  });
});
