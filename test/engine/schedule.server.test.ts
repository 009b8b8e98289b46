/** Schedules on a real Temporal: they fire by themselves, pause, end, survive a restart, and go with their task. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { startSlowService } from '../support/slow-service.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
let connection: Connection;
let client: Client;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-schedule-'));
  server = await startTestServer({ dataDir });
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection, namespace: server.namespace });
});
afterAll(async () => {
  await server?.stop();
  await connection?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const every = (seconds: number) => ({
  schedule_type: 'interval',
  schedule_expression: String(seconds),
  schedule_enabled: true,
});
const create = (id: string, fields: object) =>
  server.call('tasks.create', { id, name: id, schemas: { method: 'system_info_executor' }, ...fields });
const get = (id: string) => server.call('tasks.get', { task_id: id });
const handleOf = (task: { id: string; user_id: string }) =>
  client.schedule.getHandle(`schedule:${task.user_id}:${task.id}`);

/** Resolves when that many runs have ended since the call. */
function runsEnded(count: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  let left = count;
  const stop = server.app.store.events.subscribe((event) => {
    if (event.type !== 'run-ended' || --left > 0) return;
    stop();
    done.resolve();
  });
  return done.promise;
}

it('an interval fires again and again, each time a run of its own, until it is paused', async () => {
  const ended = runsEnded(2);
  const task = await create('often', every(1));
  await ended;
  await server.call('tasks.update', { task_id: 'often', schedule_enabled: false });
  expect((await handleOf(task).describe()).state.paused).toBe(true);
  const { run_count: counted, ...paused } = await get('often');
  expect(counted).toBeGreaterThanOrEqual(2);
  expect(paused).toMatchObject({ status: 'completed', schedule_enabled: false, next_run_at: null });
  expect(paused.last_run_at).not.toBeNull();
  const runs = await server.call('runs.list', { task_id: 'often' });
  expect(runs.length).toBeGreaterThanOrEqual(2);
  expect(new Set(runs.map(({ run_id }: { run_id: string }) => run_id)).size).toBe(runs.length);
});

it('max_runs ends it', async () => {
  const ended = runsEnded(2);
  const task = await create('twice', { ...every(1), max_runs: 2 });
  await ended;
  await expect
    .poll(() => get('twice'), { timeout: 10_000 })
    .toMatchObject({ run_count: 2, schedule_enabled: false, next_run_at: null });
  await expect
    .poll(async () => (await handleOf(task).describe()).state.paused, { timeout: 10_000 })
    .toBe(true);
});

it('Temporal fires when the row says', async () => {
  const expressions = {
    daily: 'TZ=Europe/Berlin 02:30',
    weekly: '1,3,7 09:00',
    monthly: 'TZ=America/New_York 1,31 00:15',
    cron: '*/7 3-5 13 2,6 5',
    interval: '86400',
    once: '2031-02-03T04:05:06Z',
  };
  for (const [type, expression] of Object.entries(expressions)) {
    const task = await create(`at-${type}`, {
      schedule_type: type,
      schedule_expression: expression,
      schedule_enabled: true,
    });
    const { info } = await handleOf(task).describe();
    expect(info.nextActionTimes[0]?.getTime(), type).toBe(Date.parse(task.next_run_at));
  }
});

it('goes with its task, and with its schedule_type', async () => {
  const deleted = await create('deleted', every(3_600));
  const handle = handleOf(deleted);
  await handle.describe();
  await server.call('tasks.delete', { task_id: 'deleted' });
  await expect(handle.describe()).rejects.toThrow(/not found/i);
  const bare = await create('bare', every(3_600));
  await server.call('tasks.update', { task_id: 'bare', schedule_type: null, schedule_enabled: false });
  await expect(handleOf(bare).describe()).rejects.toThrow(/not found/i);
});

it('times of one user that come together take turns', async () => {
  const limits = { RATE_LIMIT_ENABLED: 'true', MAX_CONCURRENT_TASK_TREES_PER_USER: '1' };
  const narrow = await startTestServer({ env: limits });
  const service = await startSlowService();
  onTestFinished(async () => {
    await service.stop();
    await narrow.stop();
  });
  const url = `${service.url}/hold`;
  const held = { id: 'held', name: 'held', schemas: { method: 'rest_executor' }, inputs: { url } };
  await narrow.call('tasks.execute', { tasks: [held], wait_seconds: 0 });
  await service.arrived('/hold');
  const at = new Date(Date.now() + 1_500).toISOString();
  const once = { schedule_type: 'once', schedule_expression: at, schedule_enabled: true };
  const info = { schemas: { method: 'system_info_executor' } };
  await narrow.call('tasks.create', { id: 'patient', name: 'patient', ...info, ...once });
  const narrowClient = new Client({ connection, namespace: narrow.namespace });
  const attempts = async () => {
    for await (const { workflowId } of narrowClient.workflow.list({ query: 'WorkflowType="runScheduled"' })) {
      const { raw } = await narrowClient.workflow.getHandle(workflowId).describe();
      return raw.pendingActivities?.[0]?.attempt ?? 0;
    }
    return 0;
  };
  await expect.poll(attempts, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  expect(await narrow.call('tasks.get', { task_id: 'patient' })).toMatchObject({ run_count: 0 });
  service.release('/hold');
  await expect
    .poll(() => narrow.call('tasks.get', { task_id: 'patient' }), { timeout: 20_000 })
    .toMatchObject({ run_count: 1, status: 'completed', schedule_enabled: false });
});

it('a restart keeps it, and repairs what a crash left between row and schedule', async () => {
  const kept = await create('kept', every(1));
  const lost = await create('lost', every(3_600));
  const { namespace } = server;
  await server.stop();
  await handleOf(lost).delete();
  server = await startTestServer({ dataDir, namespace });
  expect((await handleOf(lost).describe()).state.paused).toBe(false);
  await runsEnded(1);
  await expect.poll(async () => (await get('kept')).run_count, { timeout: 10_000 }).toBeGreaterThan(0);
  // A schedule whose row is gone ends itself at its next time.
  await server.app.store.tasks.delete(['kept']);
  await expect
    .poll(
      () =>
        handleOf(kept)
          .describe()
          .then(
            () => 'there',
            (error: Error) => error.name,
          ),
      { timeout: 15_000 },
    )
    .toBe('ScheduleNotFoundError');
});
