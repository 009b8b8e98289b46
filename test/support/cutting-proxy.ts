/** A TCP proxy before PostgreSQL that loses connections on demand, right after the server has carried out a commit. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  /** The database's URL, through the proxy. */
  readonly url: string;
  /** The next commit reaches the server; its answer does not come back. */
  cutNextCommit(): void;
  /** Cuts all connections and refuses new ones until `open`. */
  shut(): void;
  open(): void;
  stop(): Promise<void>;
}

export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let mustCut = false;
  let isShut = false;
  const server = createServer((client) => {
    if (isShut) return client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    let isCutting = false;
    client.on('data', (chunk) => {
      if (mustCut && chunk.includes('COMMIT')) {
        mustCut = false;
        isCutting = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => (isCutting ? client.destroy() : client.write(chunk)));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cutNextCommit: () => {
      mustCut = true;
    },
    shut: () => {
      isShut = true;
      cutAll();
    },
    open: () => {
      isShut = false;
    },
    stop: async () => {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}
