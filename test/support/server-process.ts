/** `npm start`'s program as a child process that tests may kill: ports chosen freely, data in a folder of the test's. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const READY_WITHIN_MS = 180_000;

export interface ServerProcessOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
}

export class ServerProcess {
  readonly url: string;
  output = '';
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | null = null;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** Starts it and resolves when it says that it is ready; milliseconds that took. */
  async start(): Promise<number> {
    const startedMs = performance.now();
    const child = spawn(process.execPath, [MAIN, 'start'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        DATA_DIR: this.#options.dataDir,
        HOST: '127.0.0.1',
        PORT: String(this.#options.port),
        ALLOW_PRIVATE_URLS: 'true',
        HEARTBEAT_TIMEOUT_MS: '2000',
        // Load and kill tests start more trees than any guest may.
        RATE_LIMIT_ENABLED: 'false',
        ...this.#options.env,
      },
    });
    this.#child = child;
    this.output = '';
    child.stdout?.on('data', (chunk) => this.#take(chunk));
    child.stderr?.on('data', (chunk) => this.#take(chunk));
    while (!this.output.includes('is ready')) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(
          `The server ended while starting (${child.exitCode ?? child.signalCode}):\n${this.output}`,
        );
      }
      if (performance.now() - startedMs > READY_WITHIN_MS)
        throw new Error(`Not ready in time:\n${this.output}`);
      await this.#somethingOf(child);
    }
    return performance.now() - startedMs;
  }

  /** SIGKILL, and the process is gone when this resolves. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM; resolves with the exit code after the drain. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async rpc(method: string, params: unknown = {}): Promise<unknown> {
    const response = await fetch(`${this.url}${/^(system|usage)\./.test(method) ? '/system' : '/tasks'}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const body = (await response.json()) as { result?: unknown; error?: unknown };
    if (body.error !== undefined) throw new Error(`${method}: ${JSON.stringify(body.error)}`);
    return body.result;
  }

  /** Output, the process's end or a second, whichever is first; no listener stays behind. */
  async #somethingOf(child: ChildProcess): Promise<void> {
    const over = new AbortController();
    const { signal } = over;
    const waits = [
      once(child.stdout ?? child, 'data', { signal }),
      once(child, 'exit', { signal }),
      delay(1_000, undefined, { signal }),
    ];
    await Promise.race(waits);
    over.abort();
    await Promise.allSettled(waits);
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
    return child.exitCode;
  }

  #take(chunk: unknown): void {
    this.output += String(chunk);
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
