/** A run's events at a real receiver: signed, in order, tried again after a failure, by one workflow of their own. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

interface Received {
  readonly id: string;
  readonly signature: string;
  readonly expected: string;
  readonly authorization: string | undefined;
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Answers the first request with 500 and all later ones with 200; resolves `ended` at the event `final`. */
async function startReceiver(secret: string) {
  const received: Received[] = [];
  const final = Promise.withResolvers<void>();
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const id = String(request.headers['webhook-id']);
    const signed = `${id}.${request.headers['webhook-timestamp']}.${text}`;
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const status = received.length === 0 ? 500 : 200;
    const body = JSON.parse(text) as Record<string, unknown>;
    received.push({
      id,
      signature: String(request.headers['webhook-signature']),
      expected: `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
      authorization: request.headers.authorization,
      status,
      body,
    });
    response.writeHead(status).end();
    if (body['type'] === 'final') final.resolve();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  onTestFinished(() => void receiver.close());
  const { port } = receiver.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, final: final.promise };
}

it('posts every event once and signed; a 500 is tried again', async () => {
  const { secret } = await server.call('webhooks.secret');
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const receiver = await startReceiver(secret);
  const answer = await server.call('tasks.execute', {
    tasks: [{ id: 'hooked', name: 'hooked', schemas: { method: 'system_info_executor' } }],
    webhook_config: { url: receiver.url, headers: { authorization: 'Bearer of-the-receiver' } },
  });
  expect(answer).toMatchObject({ tree_status: 'completed', webhook_url: receiver.url });
  await receiver.final;
  const { received } = receiver;
  for (const { signature, expected, authorization } of received) {
    expect(signature).toBe(expected);
    expect(authorization).toBe('Bearer of-the-receiver');
  }
  const [failed, repeated] = received;
  expect([failed?.status, repeated?.status]).toEqual([500, 200]);
  expect(repeated?.id).toBe(failed?.id);
  const accepted = received.filter(({ status }) => status === 200);
  expect(new Set(accepted.map(({ id }) => id)).size).toBe(accepted.length);
  expect(accepted.map(({ body }) => body['type'])).toEqual([
    'progress',
    'task_start',
    'task_completed',
    'final',
  ]);
  expect(accepted.at(-1)?.body).toMatchObject({ root_task_id: 'hooked', status: 'completed', final: true });

  const connection = await Connection.connect({ address: inject('temporalAddress') });
  onTestFinished(() => connection.close());
  const client = new Client({ connection, namespace: server.namespace });
  const delivery = client.workflow.getHandle(`webhook:${answer.run_id}`);
  await delivery.result();
  await server.app.engine.reconciler.round(0);
  await expect
    .poll(async () => (await client.workflow.count('WorkflowType = "deliverWebhook"')).count, {
      timeout: 10_000,
    })
    .toBe(1);
});
