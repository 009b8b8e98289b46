/** Puts a server on a free loopback port and counts who connects. */
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  connections(): number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

export async function listenLocally(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
