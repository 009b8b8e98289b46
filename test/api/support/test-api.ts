/** The API on a real port over a store of the test's choice. Nothing is run: trees are for the server tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ApiDeps, ApiSettings } from '../../../src/api/api-deps.ts';
import { createApi } from '../../../src/api/create-api.ts';
import { AppError } from '../../../src/core/errors.ts';
import { type AnyExecutor, defineExecutor } from '../../../src/core/executor.ts';
import type { QuotaLimits } from '../../../src/core/quota/meters.ts';
import { createHttpClient } from '../../../src/http/guarded-fetch.ts';
import { createApiKeys } from '../../../src/identity/api-keys.ts';
import { createClientAddress } from '../../../src/identity/client-address.ts';
import { createUserActivity } from '../../../src/identity/user-activity.ts';
import { createLedger } from '../../../src/ledger/create-ledger.ts';
import { createGateway } from '../../../src/llm/create-gateway.ts';
import { createTreeGenerator } from '../../../src/llm/generate-tree/create-tree-generator.ts';
import { startPersonas } from '../../../src/personas/start-personas.ts';
import type { IdentityResolver } from '../../../src/ports/identity.ts';
import type { ExecutorRegistry } from '../../../src/ports/registry.ts';
import type { Store } from '../../../src/ports/store.ts';
import { createInputSecrets } from '../../../src/secrets/input-secrets.ts';
import { createLlmKeys } from '../../../src/secrets/llm-keys.ts';
import { createSealer } from '../../../src/secrets/sealer.ts';
import { createTriggerSecrets } from '../../../src/secrets/trigger-secrets.ts';
import { testSafety } from '../../safety/test-safety.ts';

import { makeTestLab, type TestLabOptions } from './test-lab.ts';

const executor = defineExecutor({
  id: 'system_info_executor',
  name: 'System Info Executor',
  description: 'Facts about the machine',
  tags: ['stdio', 'system'],
  type: 'stdio',
  examples: ['Get CPU information'],
  input: z.object({ resource: z.string() }),
  output: z.object({ system: z.string() }),
  placement: 'inline',
  demoInput: { resource: 'cpu' },
  demo: () => ({ system: 'Linux' }),
  run: async () => ({ system: 'Linux' }),
}) as AnyExecutor;

const registry: ExecutorRegistry = {
  find: (id) => (id === executor.id ? executor : undefined),
  all: () => [executor],
  availability: () => ({ available: true, reason: null }),
  metadata: ({ id, name, description, examples, tags, type }) => ({
    id,
    name,
    description,
    input_schema: { type: 'object' },
    examples,
    tags,
    type,
  }),
  outputProperties: () => [],
  inputProperties: () => [],
  secretFields: () => null,
};

/** No model is set up: trees are planned by rules. */
const http = createHttpClient({ allowPrivateUrls: false });
const llm = createGateway({ server: [], defaultModels: {}, guarded: http, configured: http });

/** `x-user: <id>[;admin]` names the caller. */
const identity: IdentityResolver = {
  async resolve({ headers }) {
    const [userId = '', role] = String(headers['x-user'] ?? 'user-a').split(';');
    if (userId === 'bad') throw new AppError('unauthorized', 'Invalid or expired JWT token');
    const isAdmin = role === 'admin';
    return {
      userId,
      roles: isAdmin ? ['admin'] : ['user'],
      isAdmin,
      source: 'test',
      credential: 'header',
      plan: 'free',
      fingerprint: 'test',
      ipHash: 'test',
      isGuest: false,
    };
  },
};

export interface LogLine {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

export interface TestApi {
  readonly url: string;
  readonly logs: LogLine[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The parsed JSON-RPC answer of one call. */
  rpc(method: string, params?: unknown, headers?: Record<string, string>): Promise<RpcAnswer>;
  closeStreams(): void;
  stop(): Promise<void>;
}
export interface RpcAnswer {
  readonly status: number;
  readonly id: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly result: any;
  readonly error: { code: number; message: string; data: unknown; meta: Record<string, unknown> } | undefined;
}

/** Switched off, unless a test says otherwise. */
const NO_LIMITS: QuotaLimits = {
  isEnabled: false,
  dailyPerUser: 10,
  dailyLlmPerUser: 1,
  dailyPerUserPremium: 10,
  dailyPerIp: 50,
  concurrent: 10,
  concurrentPerUser: 1,
};

export async function startTestApi(
  store: Store,
  options: {
    settings?: Partial<ApiSettings>;
    deps?: Partial<ApiDeps>;
    limits?: Partial<QuotaLimits>;
    lab?: TestLabOptions;
  } = {},
): Promise<TestApi> {
  const logs: LogLine[] = [];
  const log = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void logs.push({ level, fields, message });
  const gone = async () => {
    throw new AppError('unavailable', 'No engine in this test');
  };
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const now = () => Date.now();
  const ledger = await createLedger({ store, now, logger, limits: { ...NO_LIMITS, ...options.limits } });
  const realSealer = createSealer('a secret of the tests, long enough');
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-test-api-'));
  const personas = await startPersonas({
    store: store.personas,
    dataDir,
    mostPerUser: 50,
    logger,
    cloud: null,
    now,
  });
  const api = createApi({
    store,
    clientAddress: createClientAddress({ trust: { hops: 0 }, logger, now }),
    ledger,
    lab: makeTestLab({ store, ledger, logger, ...options.lab }),
    activity: createUserActivity({ store: store.users, logger, now }),
    keys: createApiKeys({ store: store.keys, freshMs: Number.POSITIVE_INFINITY, now }),
    llmKeys: createLlmKeys(store.secrets, realSealer, now),
    triggerSecrets: createTriggerSecrets({
      secrets: store.secrets,
      sealer: realSealer,
      shared: 'the secret of the operator',
      now,
    }),
    inputSecrets: createInputSecrets(realSealer),
    personas,
    safety: testSafety(),
    llm,
    registry,
    treeGenerator: createTreeGenerator({ registry, llm }),
    identity,
    logger,
    engine: {
      start: gone,
      wait: async () => null,
      cancel: gone,
      pause: gone,
      resume: gone,
      retry: gone,
      rerun: gone,
      decide: gone,
      deliver: gone,
      ping: gone,
    },
    schedules: { sync: async () => undefined },
    sealer: { seal: (text) => `sealed:${text.length}`, open: () => '', derive: () => new Uint8Array() },
    clock: { now },
    errorPage: async (slug) => `page of ${slug}`,
    httpGuard: async (url) => {
      if (url.includes('127.0.0.1')) throw new AppError('blocked_address', 'Address not allowed');
    },
    readiness: async () => ({ ready: true, components: { store: { status: 'HEALTHY' } } }),
    webApp: { file: async () => null },
    settings: {
      version: '0.0.0-test',
      publicUrl: null,
      corsOrigins: ['http://localhost:3000'],
      allowedHosts: ['localhost', '127.0.0.1'],
      maxBodyBytes: 256 * 1024,
      smallBodyBytes: 16 * 1024,
      waitSeconds: 0,
      maxStreamsPerUser: 50,
      maxSchedulesPerUser: null,
      temporalUiUrl: null,
      hasMetricsRoute: true,
      workerToken: null,
      demoMode: true,
      hasServerLlm: false,
      forceDemo: false,
      ...options.settings,
    },
    ...options.deps,
  });
  const server = createServer(api.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const post: TestApi['post'] = (path, body, headers = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body:
        typeof body === 'string' || body instanceof Uint8Array
          ? (body as NonNullable<RequestInit['body']>)
          : JSON.stringify(body),
    });
  return {
    url,
    logs,
    post,
    async rpc(method, params, headers) {
      const path = /^(system|keys|config|quota|usage|models|policies)\./.test(method) ? '/system' : '/tasks';
      const response = await post(path, { jsonrpc: '2.0', id: 1, method, params }, headers);
      const body = (await response.json()) as Omit<RpcAnswer, 'status'>;
      return { ...body, status: response.status };
    },
    closeStreams: () => api.closeStreams(),
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
      await personas.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
