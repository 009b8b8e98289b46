/** Schedules as clients meet them: checked when written, listed for their owner only. Nothing fires here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
const synced: string[] = [];
beforeAll(async () => {
  api = await startTestApi(createMemoryStore(), {
    deps: { schedules: { sync: async (tasks) => void synced.push(...tasks.map(({ id }) => id)) } },
  });
});
afterAll(() => api?.stop());

const daily = { schedule_type: 'daily', schedule_expression: '09:00', schedule_enabled: true };
const create = (id: string, fields: object) => api.rpc('tasks.create', { id, name: id, ...fields });

describe('writing a schedule', () => {
  it('works out the next run and sets it going', async () => {
    const { result } = await create('daily', daily);
    expect(result).toMatchObject({ ...daily, run_count: 0, last_run_at: null });
    expect(result.next_run_at).toMatch(/T09:00:00\.000000\+00:00$/);
    expect(Date.parse(result.next_run_at)).toBeGreaterThan(Date.now());
    expect(synced).toContain('daily');
    expect(Object.keys(result)).not.toContain('charged_to');
  });

  it.each([
    [{ ...daily, schedule_expression: '9 o clock' }, "'schedule_expression' must be a time of day"],
    [{ ...daily, schedule_expression: undefined }, "'schedule_enabled' needs a schedule_expression"],
    [{ schedule_enabled: true }, "'schedule_enabled' needs a schedule_type"],
    [
      { schedule_type: 'once', schedule_expression: '2020-01-01T00:00:00Z', schedule_enabled: true },
      'still to come',
    ],
  ])('create refuses %j', async (fields, text) => {
    const { status, error } = await create('refused', fields);
    expect(status).toBe(400);
    expect(error?.data).toContain(text);
  });

  it('update refuses what create refuses, and stores nothing then', async () => {
    await create('updated', daily);
    const bad = await api.rpc('tasks.update', { task_id: 'updated', schedule_type: 'cron' });
    expect(bad.error?.data).toContain("Cannot update 'schedule_expression': must have 5 fields");
    const good = await api.rpc('tasks.update', {
      task_id: 'updated',
      schedule_type: 'cron',
      schedule_expression: 'TZ=Asia/Tokyo 0 9 * * *',
    });
    expect(good.result.next_run_at).toMatch(/T00:00:00/);
    const off = await api.rpc('tasks.update', { task_id: 'updated', schedule_enabled: false });
    expect(off.result.next_run_at).toBeNull();
  });

  it('is taken back by empty fields, as web apps send them', async () => {
    await create('taken-back', { ...daily, schedule_start_at: '2026-01-01T00:00:00Z' });
    const { result } = await api.rpc('tasks.update', {
      task_id: 'taken-back',
      schedule_type: '',
      schedule_expression: '',
      schedule_start_at: '',
      schedule_enabled: false,
    });
    expect(result).toMatchObject({
      schedule_type: null,
      schedule_expression: null,
      schedule_start_at: null,
      next_run_at: null,
    });
    const listed = await api.rpc('tasks.scheduled.list', { enabled_only: false });
    expect(listed.result.map(({ id }: { id: string }) => id)).not.toContain('taken-back');
  });
});

it('empty texts take a schedule off, as the web app does it', async () => {
  await create('cleared', daily);
  const { result } = await api.rpc('tasks.update', {
    task_id: 'cleared',
    schedule_type: '',
    schedule_expression: '',
    schedule_enabled: false,
  });
  expect(result).toMatchObject({ schedule_type: null, schedule_expression: null, next_run_at: null });
  const { result: listed } = await api.rpc('tasks.scheduled.list', { enabled_only: false });
  expect(listed.map(({ id }: { id: string }) => id)).not.toContain('cleared');
});

it('a user may have so many, and others as many', async () => {
  const narrow = await startTestApi(createMemoryStore(), { settings: { maxSchedulesPerUser: 2 } });
  const add = (id: string, more: object = {}, headers = {}) =>
    narrow.rpc('tasks.create', { id, name: id, ...daily, ...more }, headers);
  await add('one');
  await add('two');
  const third = await add('three');
  expect(third.status).toBe(409);
  expect(third.error?.data).toContain('2 schedules may be switched on at once (MAX_SCHEDULES_PER_USER)');
  expect((await add('paused', { schedule_enabled: false })).status).toBe(200);
  const enable = () => narrow.rpc('tasks.update', { task_id: 'paused', schedule_enabled: true });
  expect((await enable()).status).toBe(409);
  expect((await add('other', {}, { 'x-user': 'user-b' })).status).toBe(200);
  const again = { task_id: 'one', schedule_enabled: true, schedule_expression: '10:00' };
  expect((await narrow.rpc('tasks.update', again)).status).toBe(200);
  await narrow.rpc('tasks.update', { task_id: 'two', schedule_enabled: false });
  expect((await enable()).status).toBe(200);
  await narrow.stop();
});

describe('tasks.scheduled', () => {
  it('lists the own ones by their next run', async () => {
    await create('yearly', { ...daily, schedule_type: 'cron', schedule_expression: '@yearly' });
    await create('paused', { ...daily, schedule_enabled: false });
    const ids = async (params: object, headers = {}) =>
      (await api.rpc('tasks.scheduled.list', params, headers)).result.map(({ id }: { id: string }) => id);
    expect(await ids({})).toEqual(['daily', 'yearly']);
    expect(await ids({ enabled_only: false })).toContain('paused');
    expect(await ids({ schedule_type: 'cron', status: 'pending' })).toEqual(['yearly']);
    expect(await ids({ status: 'failed' })).toEqual([]);
    expect(await ids({}, { 'x-user': 'user-b' })).toEqual([]);
    const foreign = await api.rpc('tasks.scheduled.list', { user_id: 'user-a' }, { 'x-user': 'user-b' });
    expect(foreign.status).toBe(403);
  });

  it('is due once its time has come, counts what a client completes, and ends at max_runs', async () => {
    await create('twice', { ...daily, max_runs: 2, next_run_at: '2026-01-01T09:00:00Z' });
    const due = async () =>
      (await api.rpc('tasks.scheduled.due', {})).result.map(({ id }: { id: string }) => id);
    expect(await due()).toEqual(['twice']);
    const first = await api.rpc('tasks.scheduled.complete', { task_id: 'twice' });
    expect(first.result).toMatchObject({ run_count: 1, schedule_enabled: true, status: 'pending' });
    expect(first.result.last_run_at).not.toBeNull();
    expect(await due()).toEqual([]);
    const second = await api.rpc('tasks.scheduled.complete', {
      task_id: 'twice',
      success: false,
      error: 'x',
    });
    expect(second.result).toMatchObject({
      run_count: 2,
      schedule_enabled: false,
      next_run_at: null,
      error: null,
    });
  });

  it('init counts from a time, and says when there is no schedule', async () => {
    const from = { task_id: 'daily', from_time: '2030-05-05T09:00:00Z' };
    expect((await api.rpc('tasks.scheduled.init', from)).result.next_run_at).toBe(
      '2030-05-06T09:00:00.000000+00:00',
    );
    await create('plain', {});
    const { error } = await api.rpc('tasks.scheduled.init', { task_id: 'plain' });
    expect(error?.data).toContain('Failed to initialize schedule for task plain');
  });

  it('exports a calendar', async () => {
    const { result } = await api.rpc('tasks.scheduled.export-ical', {
      schedule_type: 'cron',
      calendar_name: 'C',
    });
    expect(result.task_count).toBe(1);
    expect(result.ical_content).toContain('X-APFLOW-TASK-ID:yearly\r\n');
  });
});
