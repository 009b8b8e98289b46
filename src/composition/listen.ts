/** The HTTP server: bound before anything slow starts, so that a taken port is said at once. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { AppError } from '../core/errors.ts';
import { portOwner } from './port-owner.ts';

/** Slow clients: headers and bodies must arrive within these times. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

export interface Listening {
  readonly port: number;
  /** Until this is called every request gets 503. */
  serve(listener: RequestListener): void;
  /** Stops accepting; resolves when open requests have ended, or were cut off after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Throws `unavailable` naming who has the port and what to do. */
export async function listen(host: string, port: number): Promise<Listening> {
  let handler: RequestListener = (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '2' });
    response.end('{"status":"not_ready"}');
  };
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => handler(request, response),
  );
  await bind(server, host, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    serve: (listener) => {
      handler = listener;
    },
    close: (graceMs) => close(server, graceMs),
  };
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw new AppError('unavailable', await takenText(port), { cause: error });
    throw new AppError('unavailable', `Cannot listen on ${host}:${port} (${code}): check HOST and PORT`, {
      cause: error,
    });
  }
}

async function takenText(port: number): Promise<string> {
  const owner = (await portOwner(port)) ?? 'another program';
  return (
    `Port ${port} is taken by ${owner}.\n` +
    `  If that is Taskgrove, it is running already: open http://127.0.0.1:${port}/docs\n` +
    `  To run a second one beside it: PORT=${port + 1} DATA_DIR=.data-2 npm start`
  );
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
