/** Stored tasks over HTTP: the contract's shapes, texts and ownership. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

const FIELDS = (
  'id parent_id task_tree_id user_id name status priority dependencies inputs params result error schemas progress ' +
  'created_at started_at updated_at completed_at has_children original_task_id origin_type has_references ' +
  'schedule_type schedule_expression schedule_enabled schedule_start_at schedule_end_at next_run_at last_run_at ' +
  'max_runs run_count lease_id lease_expires_at placement_constraints attempt_id idempotency_key ' +
  'last_assigned_node token_usage instance_id'
).split(' ');

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const STORES: readonly (readonly [string, () => Promise<Store>])[] = [
  ['memory', async () => createMemoryStore()],
  [
    'DuckDB',
    async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-api-'));
      return openStore({ databaseUrl: null, dataDir, logger: silent });
    },
  ],
];

describe.each(STORES)('over %s', (_name, open) => {
  let store: Store;
  let api: TestApi;
  beforeAll(async () => {
    store = await open();
    api = await startTestApi(store);
    await api.rpc('tasks.create', [
      { id: 'root', name: 'root', schemas: { method: 'system_info_executor' } },
      { id: 'a', name: 'a', parent_id: 'root', inputs: { resource: 'cpu' } },
      { id: 'b', name: 'b', parent_id: 'root', dependencies: [{ id: 'a', required: true }] },
    ]);
  });
  afterAll(async () => {
    await api?.stop();
    await store?.close();
  });

  describe('tasks.create', () => {
    it('answers one task with the 39 fields in their order', async () => {
      const { result } = await api.rpc('tasks.create', { name: 'only-name' });
      expect(Object.keys(result)).toEqual(FIELDS);
      expect(result).toMatchObject({
        status: 'pending',
        priority: 1,
        dependencies: [],
        inputs: {},
        params: {},
        schemas: {},
        progress: 0,
        origin_type: 'create',
        has_children: false,
        user_id: 'user-a',
        task_tree_id: result.id,
        parent_id: null,
      });
      expect(result.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    });
    it('answers a list of one as one task', async () => {
      const { result } = await api.rpc('tasks.create', [{ id: 'single', name: 'single', priority: 0 }]);
      expect(result).toMatchObject({ id: 'single', priority: 0 });
    });
    it('answers a tree root first and takes names as references', async () => {
      const { result } = await api.rpc('tasks.create', [
        { name: 'C1', parent_id: 'P' },
        { name: 'P' },
        { name: 'C2', parent_id: 'P', dependencies: ['C1'] },
      ]);
      expect(result.map((task: { name: string }) => task.name)).toEqual(['P', 'C1', 'C2']);
      expect(result[1].parent_id).toBe(result[0].id);
    });
    it('refuses an id that exists, whoever owns it', async () => {
      const { status, error } = await api.rpc(
        'tasks.create',
        { id: 'root', name: 'x' },
        { 'x-user': 'user-b' },
      );
      expect(status).toBe(409);
      expect(error?.data).toBe("Task with id 'root' already exists");
    });
  });

  describe('reading', () => {
    it('gets by task_id and id, null when unknown', async () => {
      expect((await api.rpc('tasks.get', { task_id: 'root' })).result.has_children).toBe(true);
      expect((await api.rpc('tasks.get', { id: 'a' })).result.parent_id).toBe('root');
      expect((await api.rpc('tasks.detail', { task_id: 'a' })).result.id).toBe('a');
      const unknown = await api.rpc('tasks.get', { task_id: 'nope' });
      expect(unknown).toMatchObject({ status: 200, result: null });
    });
    it('shows the tree below the node named', async () => {
      const { result } = await api.rpc('tasks.tree', { task_id: 'root' });
      expect(result.children.map((node: { task: { id: string } }) => node.task.id)).toEqual(['a', 'b']);
      expect((await api.rpc('tasks.tree', { root_id: 'b' })).result).toMatchObject({
        task: { id: 'b' },
        children: [],
      });
    });
    it('lists children by either name of the param', async () => {
      for (const params of [{ parent_id: 'root' }, { task_id: 'root' }])
        expect((await api.rpc('tasks.children', params)).result).toHaveLength(2);
      expect((await api.rpc('tasks.children', { parent_id: 'a' })).result).toEqual([]);
    });
    it('lists and counts', async () => {
      expect((await api.rpc('tasks.list', { limit: 1 })).result).toHaveLength(1);
      expect((await api.rpc('tasks.list', { status: 'completed' })).result).toEqual([]);
      expect((await api.rpc('tasks.list', { status: 'banana' })).result).toEqual([]);
      const all = (await api.rpc('tasks.count')).result;
      expect(Object.keys(all)).toEqual(
        'pending in_progress completed failed cancelled skipped total user_id'.split(' '),
      );
      const roots = (await api.rpc('tasks.count', { root_only: true, statuses: ['pending'] })).result;
      expect(Object.keys(roots)).toEqual(['pending', 'total', 'user_id', 'root_only']);
    });
    it.each([
      ['tasks.get', "Task ID is required. Please provide 'task_id' or 'id' parameter."],
      ['tasks.detail', 'Task ID is required'],
      ['tasks.tree', 'Task ID or root_id is required'],
      ['tasks.children', "Parent task ID is required. Please provide 'parent_id' or 'task_id' parameter."],
      ['tasks.update', 'Task ID is required'],
      ['tasks.delete', 'Task ID is required'],
      ['tasks.clone', 'Task ID is required'],
      ['tasks.execute', 'Either task_id or tasks array is required'],
      ['runs.get', 'Run ID is required'],
    ])('%s says what is missing', async (method, text) => {
      const { status, error } = await api.rpc(method, {});
      expect(status).toBe(400);
      expect(error).toMatchObject({ code: -32602, message: 'Invalid params', data: text });
    });
    it.each([
      ['tasks.tree', { task_id: 'nope' }, 'Task nope not found'],
      ['tasks.children', { parent_id: 'nope' }, 'Parent task nope not found'],
      ['tasks.update', { task_id: 'nope' }, 'Task nope not found'],
      ['tasks.delete', { task_id: 'nope' }, 'Task nope not found'],
      ['tasks.copy', { task_id: 'nope' }, 'Task nope not found'],
      ['tasks.execute', { task_id: 'nope' }, 'Task nope not found'],
      ['tasks.execute', { task_id: 'nope', use_streaming: true }, 'Task nope not found'],
      ['runs.get', { run_id: 'nope' }, 'Run nope not found'],
      ['runs.pause', { run_id: 'nope' }, 'Run nope not found'],
    ])('%s of an unknown id is not found', async (method, params, text) => {
      const { status, error } = await api.rpc(method, params);
      expect(status).toBe(404);
      expect(error).toMatchObject({ code: -32004, data: text });
    });
  });

  describe('changing', () => {
    it('takes a large result, lists it by reference, and answers the reference whole', async () => {
      await api.rpc('tasks.create', [{ id: 'by-hand', name: 'by hand' }]);
      const big = { text: 'ä'.repeat(100_000) };
      await store.tasks.update('by-hand', { status: 'completed', result: big });
      const { result } = await api.rpc('tasks.tree', { task_id: 'by-hand' });
      expect(result.task.result).toMatchObject({ ref: '-/by-hand', size: 100_011 });
      const [runId, taskId] = result.task.result.ref.split('/');
      const path = `/runs/${runId}/tasks/${taskId}/result`;
      expect(await (await fetch(api.url + path)).json()).toEqual(big);
      expect((await api.rpc('tasks.get', { task_id: 'by-hand' })).result.result).toEqual(big);
      const other = await fetch(api.url + path, { headers: { 'x-user': 'user-b' } });
      expect(other.status).toBe(404);
    });
    it('updates fields and ignores unknown ones', async () => {
      const { result } = await api.rpc('tasks.update', {
        task_id: 'a',
        name: 'a2',
        priority: 3,
        params: { x: 1 },
        nope: 1,
      });
      expect(result).toMatchObject({ name: 'a2', priority: 3, params: { x: 1 } });
    });
    it.each([
      [
        { parent_id: 'x', user_id: 'y' },
        "Update failed:\n- Cannot update 'parent_id': field cannot be modified (task hierarchy is fixed)\n- Cannot update 'user_id': field cannot be modified (task ownership is fixed)",
      ],
      [{ dependencies: 'x' }, "Update failed:\n- Cannot update 'dependencies': must be a list, got str"],
      [
        { dependencies: [{ id: 'nope' }] },
        "Update failed:\n- Dependency reference 'nope' not found for user 'user-a'",
      ],
    ])('refuses %j', async (patch, text) => {
      const { status, error } = await api.rpc('tasks.update', { task_id: 'b', ...patch });
      expect(status).toBe(400);
      expect(error?.data).toBe(text);
    });
    it('refuses a status that is none', async () => {
      expect((await api.rpc('tasks.update', { task_id: 'b', status: 'banana' })).status).toBe(400);
    });
    it('clones under both names', async () => {
      const { result } = await api.rpc('tasks.copy', { task_id: 'root' });
      expect(result).toHaveLength(3);
      expect(result[0]).toMatchObject({ original_task_id: 'root', origin_type: 'copy', status: 'pending' });
      const preview = await api.rpc('tasks.clone', { task_id: 'root', save: false });
      expect((await api.rpc('tasks.get', { task_id: preview.result[0].id })).result).toBeNull();
    });
    it('deletes what is pending, with its children', async () => {
      await api.rpc('tasks.create', [
        { id: 'd', name: 'd' },
        { id: 'd1', name: 'd1', parent_id: 'd' },
      ]);
      const { result } = await api.rpc('tasks.delete', { task_id: 'd' });
      expect(result).toEqual({ success: true, task_id: 'd', deleted_count: 2, children_deleted: 1 });
      expect((await api.rpc('tasks.delete', { task_id: 'd' })).error?.data).toBe('Task d not found');
    });
    it('keeps what has begun', async () => {
      await api.rpc('tasks.create', [
        { id: 'k', name: 'k' },
        { id: 'k1', name: 'k1', parent_id: 'k' },
      ]);
      await api.rpc('tasks.update', { task_id: 'k1', status: 'completed' });
      const { status, error } = await api.rpc('tasks.delete', { task_id: 'k' });
      expect(status).toBe(409);
      expect(error?.data).toBe('Cannot delete task: task has 1 non-pending children: [k1: completed]');
    });
    it('cancels pending tasks and says why others cannot be', async () => {
      await api.rpc('tasks.create', { id: 'c', name: 'c' });
      const { result } = await api.rpc('tasks.cancel', { task_ids: 'c, nope' });
      expect(result[0]).toMatchObject({ task_id: 'c', status: 'cancelled', force: false });
      expect(result[1]).toMatchObject({ task_id: 'nope', status: 'error', error: 'Task nope not found' });
      await api.rpc('tasks.create', [
        { id: 'cp', name: 'cp' },
        { id: 'cp1', name: 'cp1', parent_id: 'cp' },
      ]);
      await api.rpc('tasks.cancel', { task_ids: ['cp'], error_message: 'not needed' });
      expect((await api.rpc('tasks.get', { id: 'cp1' })).result).toMatchObject({
        status: 'cancelled',
        error: 'not needed',
      });
      const again = await api.rpc('tasks.running.cancel', { context_ids: ['c'] });
      expect(again.result[0]).toMatchObject({ status: 'failed', current_status: 'cancelled' });
      expect((await api.rpc('tasks.cancel', {})).result).toEqual([]);
    });
  });

  describe('ownership', () => {
    const other = { 'x-user': 'user-b' };
    it.each([
      ['tasks.tree', { task_id: 'root' }],
      ['tasks.children', { parent_id: 'root' }],
      ['tasks.update', { task_id: 'root', name: 'mine' }],
      ['tasks.delete', { task_id: 'root' }],
      ['tasks.clone', { task_id: 'root' }],
      ['tasks.execute', { task_id: 'root' }],
      ['runs.retry', { task_id: 'root' }],
    ])('%s: what is not yours does not exist', async (method, params) => {
      const foreign = await api.rpc(method, params, other);
      const unknown = await api.rpc(
        method,
        JSON.parse(JSON.stringify(params).replace('root', 'nope')),
        other,
      );
      expect(foreign.status).toBe(unknown.status);
      expect(String(foreign.error?.data).replace('root', 'nope')).toBe(unknown.error?.data);
    });
    it('hides foreign tasks from get, list, status and cancel', async () => {
      expect((await api.rpc('tasks.get', { task_id: 'root' }, other)).result).toBeNull();
      expect((await api.rpc('tasks.list', {}, other)).result).toEqual([]);
      expect((await api.rpc('tasks.running.status', { task_ids: ['root'] }, other)).result[0].status).toBe(
        'not_found',
      );
      expect((await api.rpc('tasks.cancel', { task_ids: ['root'] }, other)).result[0].error).toBe(
        'Task root not found',
      );
    });
    it.each([
      ['tasks.list'],
      ['tasks.count'],
      ['tasks.running.list'],
      ['tasks.running.count'],
      ['runs.list'],
    ])('%s refuses a foreign user_id', async (method) => {
      const { status, error } = await api.rpc(method, { user_id: 'user-a' }, other);
      expect(status).toBe(403);
      expect(error?.data).toMatch(
        /^Permission denied: User user-b can only .* their own resources, not user user-a's resources$/,
      );
    });
    it('lets an admin see all', async () => {
      const admin = { 'x-user': 'boss;admin' };
      expect((await api.rpc('tasks.get', { task_id: 'root' }, admin)).result.id).toBe('root');
      expect((await api.rpc('tasks.count', { user_id: 'user-a' }, admin)).result.user_id).toBe('user-a');
    });
    it('answers a bad credential with 401 and no id', async () => {
      const { status, error, id } = await api.rpc('tasks.list', {}, { 'x-user': 'bad' });
      expect(status).toBe(401);
      expect(id).toBeUndefined();
      expect(error).toMatchObject({
        code: -32001,
        message: 'Unauthorized',
        data: 'Invalid or expired JWT token',
      });
    });
  });

  describe('Idempotency-Key', () => {
    it('gives the same answer once more', async () => {
      const headers = { 'idempotency-key': 'k1' };
      const params = [{ name: 'p' }, { name: 'q', parent_id: 'p' }];
      const first = await api.rpc('tasks.create', params, headers);
      const second = await api.rpc('tasks.create', params, headers);
      expect(second.result).toEqual(first.result);
      const mixed = await Promise.all(
        Array.from({ length: 20 }, () => api.rpc('tasks.create', { name: 'r' }, { 'idempotency-key': 'k2' })),
      );
      expect(new Set(mixed.map((answer) => answer.result.id)).size).toBe(1);
    });
    it('is a conflict with another body, and private to its user', async () => {
      const headers = { 'idempotency-key': 'k3' };
      await api.rpc('tasks.create', { name: 'one' }, headers);
      const { status, error } = await api.rpc('tasks.create', { name: 'two' }, headers);
      expect(status).toBe(409);
      expect(error?.meta['code']).toBe('idempotency_conflict');
      expect(
        (await api.rpc('tasks.create', { name: 'two' }, { ...headers, 'x-user': 'user-b' })).status,
      ).toBe(200);
    });
    it('starts one run', async () => {
      await api.rpc('tasks.create', { id: 'idem', name: 'idem' });
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          api.rpc('tasks.execute', { task_id: 'idem' }, { 'idempotency-key': 'k4' }),
        ),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer.result))).size).toBe(1);
      expect(answers[0]?.result).toMatchObject({
        success: true,
        status: 'started',
        tree_status: 'in_progress',
      });
    });
  });

  describe('tasks.execute up to the start', () => {
    it('answers in the contract order and refuses a second run', async () => {
      await api.rpc('tasks.create', { id: 'x', name: 'x' });
      const { result } = await api.rpc('tasks.execute', { task_id: 'x' });
      expect(Object.keys(result)).toEqual(
        'success protocol root_task_id task_id status message tree_status run_id result quota_info'.split(
          ' ',
        ),
      );
      const again = await api.rpc('tasks.execute', { task_id: 'x' });
      expect(again.result).toEqual({
        success: false,
        protocol: 'jsonrpc',
        root_task_id: 'x',
        status: 'already_running',
        message: 'Task x is already running',
        run_id: result.run_id,
      });
      expect((await api.rpc('tasks.running.count')).result.count).toBeGreaterThan(0);
      expect((await api.rpc('tasks.delete', { task_id: 'x' })).error?.data).toContain('its tree is running');
    });
    it('names the real root of a tree that comes with the call', async () => {
      const { result } = await api.rpc('tasks.execute', {
        tasks: [
          { id: 'in-a', name: 'a', parent_id: 'in' },
          { id: 'in', name: 'in' },
        ],
      });
      expect(result).toMatchObject({ root_task_id: 'in', task_id: 'in' });
    });
    it('checks a webhook when it is registered', async () => {
      const run = (webhook_config: unknown) =>
        api.rpc('tasks.execute', { tasks: [{ name: 'w' }], webhook_config });
      expect((await run({ url: 'http://127.0.0.1/x' })).error).toMatchObject({ code: -32003 });
      expect((await run({ url: 'ftp://example.com' })).status).toBe(400);
      expect((await run({ headers: {} })).error?.data).toBe('webhook_config.url is required');
      expect((await run({ url: 'https://example.com', method: 'GET' })).status).toBe(400);
      expect((await run({})).result).not.toHaveProperty('webhook_url');
      const good = await run({
        url: 'https://example.com/hook',
        headers: { authorization: 'canary-secret' },
      });
      expect(good.result).toMatchObject({ webhook_url: 'https://example.com/hook', streaming: true });
      expect(JSON.stringify([good, api.logs])).not.toContain('canary-secret');
      const kept = (await store.runs.context(good.result.run_id))?.options;
      expect(kept?.['webhook']).toMatchObject({ headers: expect.stringMatching(/^sealed:/), max_retries: 3 });
    });
  });

  describe('/system', () => {
    it('says health and executors', async () => {
      const health = (await api.rpc('system.health')).result;
      expect(health).toMatchObject({ status: 'healthy', version: '0.0.0-test' });
      expect(health.uptime).toBeGreaterThanOrEqual(0);
      const { executors, count } = (await api.rpc('system.executors')).result;
      expect(count).toBe(1);
      expect(executors[0]).toMatchObject({ id: 'system_info_executor', available: true, dependencies: [] });
    });
  });
});
