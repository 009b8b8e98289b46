/** A service outside: counts effects by Idempotency-Key, as any careful receiver would, and remembers repeated calls. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export class EffectService {
  /** Calls by key: the first is the effect, the others were recognised as repeats. */
  readonly calls = new Map<string, number>();
  readonly #server: Server;
  url = '';

  constructor() {
    this.#server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        const key = String(request.headers['idempotency-key'] ?? 'none');
        this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
        // Slow enough that a kill often falls between the effect and its answer.
        setTimeout(() => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end('{"done":true}');
        }, Math.random() * 100);
      });
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/effect`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get repeated(): number {
    return [...this.calls.values()].filter((count) => count > 1).length;
  }
}
