/** A loopback HTTP service whose answers a test holds back and releases; knows who waits and who hung up. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export interface SlowService {
  readonly url: string;
  /** Requests seen by path. */
  readonly seen: Map<string, number>;
  /** Paths whose client hung up before the answer. */
  readonly aborted: string[];
  /** Answers all that wait on this path, and later ones at once. */
  release(path: string, status?: number): void;
  /** Resolves when a request for this path has arrived. */
  arrived(path: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startSlowService(): Promise<SlowService> {
  const seen = new Map<string, number>();
  const aborted: string[] = [];
  const held = new Map<string, Set<ServerResponse>>();
  const released = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    request.resume();
    seen.set(path, (seen.get(path) ?? 0) + 1);
    for (const wake of waiting.get(path)?.splice(0) ?? []) wake();
    const status = released.get(path) ?? (path.startsWith('/now') ? 200 : undefined);
    if (status !== undefined) {
      answer(response, status, path);
      return;
    }
    held.set(path, (held.get(path) ?? new Set()).add(response));
    response.on('close', () => {
      if (!response.writableEnded) aborted.push(path);
      held.get(path)?.delete(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    aborted,
    release: (path, status = 200) => {
      released.set(path, status);
      for (const response of held.get(path) ?? []) answer(response, status, path);
    },
    arrived: async (path) => {
      if ((seen.get(path) ?? 0) > 0) return;
      await new Promise<void>((resolve) => waiting.set(path, [...(waiting.get(path) ?? []), resolve]));
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, status: number, path: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ path }));
}
