/** `taskgrove mcp` as an agent starts it: a process of its own, spoken to by the SDK's client over its pipes. */
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

async function connect(url: string, mode: 'legacy' | { pin: string }): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, '--url', url, '--api-key', '', 'mcp'],
    stderr: 'inherit',
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

it.each([['legacy' as const], [{ pin: '2026-07-28' }]])('lists and calls tools (%j)', async (mode) => {
  const client = await connect(server.url, mode);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('tasks_execute');
  const seen: number[] = [];
  const cpu = { name: 'cpu', parent_id: 'wait', schemas: { method: 'system_info_executor' } };
  const wait = {
    name: 'wait',
    schemas: { method: 'wait_executor' },
    inputs: { seconds: 0.5 },
    dependencies: ['cpu'],
  };
  const answer = await client.callTool(
    { name: 'tasks_execute', arguments: { tasks: [wait, cpu] } },
    { onprogress: ({ progress }) => seen.push(progress) },
  );
  expect(answer.structuredContent).toMatchObject({ success: true, tree_status: 'completed' });
  // The client drops what comes in one piece with the answer.
  expect(seen[0]).toBe(1);
  // Names and texts that no header can hold as they are.
  await expect(client.readResource({ uri: 'taskgrove://tasks/grün' })).rejects.toMatchObject({
    code: -32602,
  });
});

it('ends a call that is cancelled, and goes on with the others', async () => {
  const client = await connect(server.url, 'legacy');
  const stop = new AbortController();
  const waiting = client.callTool(
    { name: 'wait_executor', arguments: { seconds: 600 } },
    { signal: stop.signal },
  );
  await client.callTool({ name: 'tasks_count', arguments: {} });
  stop.abort();
  await expect(waiting).rejects.toThrow();
  const health = await client.callTool({ name: 'system_health', arguments: {} });
  expect(health.structuredContent).toMatchObject({ status: 'healthy' });
});

it('says where nobody listens', async () => {
  await expect(connect('http://127.0.0.1:1', 'legacy')).rejects.toThrow(
    /Server not reachable at http:\/\/127.0.0.1:1/,
  );
});
