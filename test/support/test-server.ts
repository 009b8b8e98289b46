/** A whole server (role all) in the test's process: real Temporal, real database, real HTTP, a namespace of its own. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';
import { type App, startApp } from '../../src/composition/start-app.ts';
import { loadConfig } from '../../src/config.ts';
import type { RunTreeLimits } from '../../src/core/run-protocol.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

export interface TestServerOptions {
  /** Added to the environment the settings are read from. */
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: Partial<RunTreeLimits>;
  /** Default: a fresh DuckDB file. */
  readonly databaseUrl?: string;
  /** Reused folder and namespace: a second start on what a first one left. */
  readonly dataDir?: string;
  readonly namespace?: string;
}

export interface RpcAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers as clients do, field by field
  readonly body: any;
}

export interface TestServer {
  readonly url: string;
  readonly app: App;
  readonly dataDir: string;
  readonly namespace: string;
  rpc(method: string, params?: unknown, headers?: Record<string, string>): Promise<RpcAnswer>;
  /** The result of a call that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: see RpcAnswer.body
  call(method: string, params?: unknown): Promise<any>;
  stop(): Promise<void>;
}

/** Once per test file: the worker's notices would bury what the tests say. */
function quietRuntime(): void {
  if (Runtime._instance !== undefined) return;
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('ERROR') });
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  quietRuntime();
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'taskgrove-server-')));
  const namespace = options.namespace ?? `test-${randomUUID().slice(0, 8)}`;
  const config = loadConfig({
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: namespace,
    HEARTBEAT_TIMEOUT_MS: '2000',
    ALLOW_PRIVATE_URLS: 'true',
    LOG_LEVEL: 'warn',
    // Tests of the limits switch them on; all others start more trees than any guest may.
    RATE_LIMIT_ENABLED: 'false',
    ...(options.databaseUrl === undefined
      ? {}
      : { DATABASE_URL: options.databaseUrl, TASKGROVE_SECRET: 'a secret of the tests, long enough' }),
    ...options.env,
  });
  const logger = createLogger({ level: config.logLevel, file: join(dataDir, 'server.log') });
  const app = await startApp({
    config,
    logger,
    onProgress: () => undefined,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const rpc = async (method: string, params: unknown = {}, headers: Record<string, string> = {}) => {
    const path = /^(system|keys|config|quota|usage|models|policies)\./.test(method) ? '/system' : '/tasks';
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as RpcAnswer['body'],
    };
  };
  return {
    url: app.url,
    app,
    dataDir,
    namespace,
    rpc,
    call: async (method, params) => {
      const { body } = await rpc(method, params);
      if (body.error !== undefined) throw new Error(`${method}: ${JSON.stringify(body.error)}`);
      return body.result;
    },
    stop: async () => {
      await app.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
