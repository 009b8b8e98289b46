/** TEMPORAL_ENCRYPT=1: nothing readable reaches Temporal, trees run as ever, and the UI's codec server is for admins. */
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const SECRET = 'a secret of thirty-two characters or more';

let server: TestServer;
let connection: Connection;
beforeAll(async () => {
  server = await startTestServer({ env: { TEMPORAL_ENCRYPT: '1', TASKGROVE_SECRET: SECRET } });
  connection = await Connection.connect({ address: inject('temporalAddress') });
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

it('encrypts what a run says to Temporal and shows it to an admin', async () => {
  const task = { id: crypto.randomUUID(), name: 'cpu', schemas: { method: 'system_info_executor' } };
  const { result } = (await server.rpc('tasks.execute', { tasks: [task] })).body;
  expect(result.tree_status).toBe('completed');
  const client = new Client({ connection, namespace: server.namespace });
  const run = (await server.rpc('runs.get', { run_id: result.run_id })).body.result;
  const { events } = await client.workflow.getHandle(run.workflow_id).fetchHistory();
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  const [payload] = started?.input?.payloads ?? [];
  const metadata = Object.fromEntries(
    Object.entries(payload?.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString()]),
  );
  expect(metadata['encoding']).toBe('binary/encrypted');
  expect(Buffer.from(payload?.data ?? []).includes(task.id)).toBe(false);

  const body = JSON.stringify({
    payloads: [
      {
        metadata: Object.fromEntries(
          Object.entries(payload?.metadata ?? {}).map(([name, value]) => [
            name,
            Buffer.from(value).toString('base64'),
          ]),
        ),
        data: Buffer.from(payload?.data ?? []).toString('base64'),
      },
    ],
  });
  const decode = (headers: Record<string, string>) =>
    fetch(`${server.url}/codec/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  expect((await decode({})).status).toBe(403);
  const opened = await decode({ 'x-api-key': server.app.operatorKey ?? '' });
  expect(opened.status).toBe(200);
  const { payloads } = (await opened.json()) as { payloads: { data: string }[] };
  const input = JSON.parse(Buffer.from(payloads[0]?.data ?? '', 'base64').toString()) as { runId: string };
  expect(input.runId).toBe(result.run_id);
});
