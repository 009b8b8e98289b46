/** A Temporal server that accepts connections and says nothing must not hold a caller beyond the limit. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { TemporalEngine } from '../../src/temporal/engine.ts';
import { createMemoryStore } from '../api/support/memory-store.ts';

async function silentAddress(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('gives up at the limit and says that the server does not answer', async () => {
  const connection = Connection.lazy({ address: await silentAddress(), connectTimeout: 60_000 });
  onTestFinished(() => connection.close());
  const engine = new TemporalEngine({
    client: new Client({ connection }),
    store: createMemoryStore(),
    worker: null,
    limits: { window: 1, continueAfterEvents: 1, heartbeatTimeoutMs: 1_000 },
    publicUrl: null,
    callTimeoutMs: 300,
    logger: { warn: () => undefined },
  });
  onTestFinished(() => engine.close());
  const tooLong = new Promise((resolve) => setTimeout(resolve, 4_000, 'still waiting'));
  const answer = engine.ping().catch((error: unknown) => error);
  expect(await Promise.race([answer, tooLong])).toMatchObject({ code: 'unavailable', retryAfterSeconds: 2 });
});
