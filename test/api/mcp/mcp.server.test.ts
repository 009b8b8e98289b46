/** The SDK's own client against a whole server: both eras of the protocol, tools that run trees, progress, resources. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { METHOD_TABLE } from '../../../src/api/method-table.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

type Era = 'legacy' | 'modern';
const ERAS: readonly Era[] = ['legacy', 'modern'];

async function connect(era: Era, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } } },
  );
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', server.url), {
    requestInit: { headers },
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as clients do, field by field
const structured = (result: { structuredContent?: unknown }): any => result.structuredContent;

describe.each(ERAS)('%s', (era) => {
  it('lists a tool for every method and every executor that is available', async () => {
    const client = await connect(era);
    expect(client.getServerVersion()).toMatchObject({ name: 'taskgrove' });
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const open = METHOD_TABLE.filter(({ auth }) => auth.roles === undefined);
    for (const { name } of open) expect(names).toContain(name.replaceAll(/[.-]/g, '_'));
    expect(names).toContain('system_info_executor');
    // Off until an operator names it.
    expect(names).not.toContain('command_executor');
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
    expect(hints['tasks_list']).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(hints['tasks_delete']).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });

  it('runs an executor and answers its result', async () => {
    const client = await connect(era);
    const answer = await client.callTool({ name: 'system_info_executor', arguments: { resource: 'cpu' } });
    expect(answer.isError).toBeFalsy();
    expect(structured(answer)).toMatchObject({ status: 'completed', demo: false });
    const stored = await client.callTool({
      name: 'tasks_get',
      arguments: { task_id: structured(answer).task_id },
    });
    expect(structured(stored)).toMatchObject({ result: { result: structured(answer).result } });
  });

  it('creates a tree, runs it, and tells of its progress', async () => {
    const client = await connect(era);
    const cpu = {
      name: 'cpu',
      parent_id: 'all',
      schemas: { method: 'system_info_executor' },
      inputs: { resource: 'cpu' },
    };
    const created = await client.callTool({
      name: 'tasks_create',
      arguments: {
        tasks: [
          { name: 'all', schemas: { method: 'aggregate_results_executor' }, dependencies: ['cpu'] },
          cpu,
        ],
      },
    });
    const [root] = structured(created).result;
    const seen: { progress: number; total?: number }[] = [];
    const answer = await client.callTool(
      { name: 'tasks_execute', arguments: { task_id: root.id } },
      {
        onprogress: ({ progress, total }) =>
          seen.push({ progress, ...(total === undefined ? {} : { total }) }),
      },
    );
    expect(structured(answer)).toMatchObject({
      success: true,
      tree_status: 'completed',
      root_task_id: root.id,
    });
    expect(seen).toEqual([
      { progress: 1, total: 2 },
      { progress: 2, total: 2 },
    ]);
    const { resources } = await client.listResources();
    const found = resources.find(({ uri }) => uri === `taskgrove://tasks/${root.id}`);
    expect(found).toMatchObject({ name: 'all' });
    const read = await client.readResource({ uri: `taskgrove://tasks/${root.id}` });
    const [content] = read.contents as { text: string }[];
    expect(JSON.parse(content?.text ?? '')).toMatchObject({ task: { id: root.id, status: 'completed' } });
  });

  it('answers as the schemas of its tools say: the client refuses what does not fit', async () => {
    const client = await connect(era);
    await client.listTools();
    const ran = structured(
      await client.callTool({ name: 'system_info_executor', arguments: { resource: 'cpu' } }),
    );
    const { task_id, run_id } = ran;
    const calls: [string, Record<string, unknown>][] = [
      ...['tasks_get', 'tasks_detail', 'tasks_tree', 'tasks_clone'].map(
        (name): [string, Record<string, unknown>] => [name, { task_id }],
      ),
      ['tasks_children', { parent_id: task_id }],
      ['tasks_update', { task_id, name: 'renamed' }],
      ['tasks_execute', { task_id, fresh: true }],
      ['tasks_cancel', { task_ids: [task_id] }],
      ['tasks_generate', { requirement: 'check the cpu' }],
      ['tasks_running_status', { task_ids: [task_id] }],
      ['runs_get', { run_id }],
      ['runs_events', { run_id }],
      ...[
        'tasks_list',
        'tasks_count',
        'tasks_running_list',
        'tasks_running_count',
        'tasks_scheduled_list',
        'tasks_scheduled_due',
        'tasks_scheduled_export_ical',
        'runs_list',
        'system_health',
        'system_executors',
        'config_llm_key_get',
        'keys_list',
        'usage_summary',
        'webhooks_secret',
        'models_list',
      ].map((name): [string, Record<string, unknown>] => [name, {}]),
    ];
    for (const [name, given] of calls) {
      const answer = await client.callTool({ name, arguments: given });
      expect([name, answer.isError ?? false, answer.content]).toMatchObject([
        name,
        false,
        [{ type: 'text' }],
      ]);
    }
  });

  it('shows failures as tool errors, and unknown things as protocol errors', async () => {
    const client = await connect(era);
    const missing = await client.callTool({
      name: 'tasks_delete',
      arguments: { task_id: 'nothing-like-it' },
    });
    expect(missing.isError).toBe(true);
    expect(missing.content).toMatchObject([{ text: 'Not found: Task nothing-like-it not found' }]);
    const failed = await client.callTool({
      name: 'rest_executor',
      arguments: { url: 'http://127.0.0.1:1/' },
    });
    expect(failed.isError).toBe(true);
    expect(structured(failed)).toMatchObject({ status: 'failed' });
    await expect(client.callTool({ name: 'no_such_tool', arguments: {} })).rejects.toMatchObject({
      code: -32602,
    });
    await expect(client.readResource({ uri: 'taskgrove://runs/none' })).rejects.toMatchObject({
      code: -32602,
    });
  });

  it("does not show one caller's tasks to another", async () => {
    const owner = await connect(era, { 'user-agent': `owner-${era}` });
    const made = await owner.callTool({ name: 'system_info_executor', arguments: { resource: 'cpu' } });
    const stranger = await connect(era, { 'user-agent': `stranger-${era}` });
    const { task_id } = structured(made);
    expect(
      structured(await owner.callTool({ name: 'tasks_get', arguments: { task_id } })).result,
    ).toMatchObject({
      id: task_id,
    });
    expect(
      structured(await stranger.callTool({ name: 'tasks_get', arguments: { task_id } })).result,
    ).toBeNull();
    await expect(stranger.readResource({ uri: `taskgrove://tasks/${task_id}` })).rejects.toThrow();
    const cancel = await stranger.callTool({ name: 'tasks_cancel', arguments: { task_ids: [task_id] } });
    expect(structured(cancel).result).toMatchObject([{ status: 'error' }]);
  });
});
