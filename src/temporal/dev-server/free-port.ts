/** Ports on the loopback interface: is one free, and which free one to take. */
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** True when nothing listens on the port of 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== null;
}

/** The wanted port when it is free, else any free one. */
export async function freePort(wanted: number): Promise<number> {
  const port = (await tryListen(wanted)) ?? (await tryListen(0));
  if (port === null) throw new Error('No free port on 127.0.0.1');
  return port;
}

function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(chosen));
    });
  });
}
