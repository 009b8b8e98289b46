/**
 * Everything that connects on a task's behalf, against every way to make it call its own network: the listener that must
 * not hear of it never does. Names are resolved by a resolver of the test's own.
 */
import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { isIP } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import apflowApi from '../../executors/apflow-api-executor.ts';
import grpc from '../../executors/grpc-executor.ts';
import mcp from '../../executors/mcp-executor.ts';
import rest from '../../executors/rest-executor.ts';
import scrape from '../../executors/scrape-executor.ts';
import sendEmail from '../../executors/send-email-executor.ts';
import ssh from '../../executors/ssh-executor.ts';
import websocket from '../../executors/websocket-executor.ts';
import { AppError } from '../../src/core/errors.ts';
import type { AnyExecutor } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { systemLookup } from '../../src/http/guarded-connector.ts';
import { assertPublicUrl, createHttpClient } from '../../src/http/guarded-fetch.ts';
import { createNetwork } from '../../src/http/guarded-network.ts';
import {
  FORBIDDEN_HOSTS,
  FORBIDDEN_NAMES,
  FORBIDDEN_REDIRECTS,
  FORBIDDEN_URLS,
} from '../http/ssrf-vectors.ts';
import { makeContext, testSettings } from './make-context.ts';

/** Stands for a public server: nothing in a test can reach a real one. All other addresses are judged as ever. */
const PUBLIC = '127.9.9.9';
vi.mock('../../src/http/forbidden-address.ts', async (original) => {
  const { forbiddenAddress } = await original<typeof import('../../src/http/forbidden-address.ts')>();
  return { forbiddenAddress: (address: string) => (address === PUBLIC ? null : forbiddenAddress(address)) };
});

let connections = 0;
let publicConnections = 0;
let forbidden: Server;
let port: number;
let publicServer: Server;
let publicPort: number;

beforeAll(async () => {
  forbidden = createServer((_request, response) => response.end('secret'));
  forbidden.on('connection', (socket) => {
    // It listens on the public address too.
    if (socket.localAddress === PUBLIC) publicConnections += 1;
    else connections += 1;
  });
  port = await listen(forbidden, '0.0.0.0');
  publicServer = createServer((request, response) => {
    const [status, target] = FORBIDDEN_REDIRECTS[Number(request.url?.split('/')[1])] ?? [404, ''];
    const flipped = `http://flip.example:${port}/`;
    const location = request.url?.startsWith('/flip') ? flipped : filled(target);
    response.writeHead(request.url?.startsWith('/flip') ? 302 : status, { location }).end();
  });
  publicServer.on('upgrade', (request, socket) => {
    const [status, target] = FORBIDDEN_REDIRECTS[Number(request.url?.split('/')[1])] ?? [404, ''];
    socket.end(`HTTP/1.1 ${status} Moved\r\nLocation: ${filled(target)}\r\nConnection: close\r\n\r\n`);
  });
  publicPort = await listen(publicServer, PUBLIC);
});
afterAll(() => {
  for (const server of [forbidden, publicServer]) {
    server.closeAllConnections();
    server.close();
  }
});

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve((server.address() as { port: number }).port));
  });
}
const filled = (text: string) => text.replaceAll('{port}', String(port));
const record = (address: string): LookupAddress => ({ address, family: isIP(address) });

/** `flip.example` is public when it is asked first, and this machine ever after. */
function resolver() {
  let flips = 0;
  return async (hostname: string): Promise<LookupAddress[]> => {
    if (hostname === 'public.example') return [record(PUBLIC)];
    if (hostname === 'flip.example') return [record(flips++ === 0 ? PUBLIC : '127.0.0.1')];
    const known = FORBIDDEN_NAMES.get(hostname);
    if (known !== undefined) return known.map(record);
    if (hostname.endsWith('example.com')) return [record('93.184.216.34')];
    // Some resolvers know `localhost.`, with its dot, and some do not: here all do.
    return systemLookup(hostname.replace(/\.$/, ''));
  };
}

type Call = (url: string) => Promise<unknown>;

function calling(executor: AnyExecutor, inputFor: (url: string) => JsonObject): Call {
  return async (url) => {
    const options = { allowPrivateUrls: false, lookup: resolver() };
    const context = makeContext(executor, inputFor(url), {
      http: createHttpClient(options),
      network: createNetwork(options),
      settings: { ...testSettings, allowedExecutors: new Set([executor.id]) },
    });
    return executor.run(context);
  };
}

const CALLS: Record<string, Call> = {
  rest: calling(rest, (url) => ({ url, method: 'POST', json: { a: 1 }, timeout: 5 })),
  scrape: calling(scrape, (url) => ({ url })),
  websocket: calling(websocket, (url) => ({ url: url.replace(/http/i, 'ws'), message: 'x', timeout: 5 })),
  mcp: calling(mcp, (url) => ({ transport: 'http', operation: 'list_tools', url, timeout: 5 })),
  apflow_api: calling(apflowApi, (url) => ({
    base_url: url,
    method: 'tasks.execute',
    params: { task_id: 'x' },
    use_streaming: true,
    timeout: 5,
  })),
  'webhook delivery': async (url) =>
    createHttpClient({ allowPrivateUrls: false, lookup: resolver() }).request({
      url,
      method: 'POST',
      body: '{}',
      maxRedirects: 0,
    }),
};

/** Executors that are given a host and a port, not a URL. */
const HOST_CALLS: Record<string, Call> = {
  'mail over SMTP': calling(sendEmail, (host) => ({
    smtp_host: host,
    smtp_port: port,
    smtp_username: 'ann',
    smtp_password: 'word',
    to: 'ann@example.com',
    from_email: 'bob@example.com',
    subject: 'x',
    body: 'x',
    timeout: 5,
  })),
  grpc: calling(grpc, (host) => ({
    server: `${host}:${port}`,
    service: 'demo.Greeter',
    method: 'SayHello',
    request: {},
    timeout: 5,
  })),
  'encrypted grpc': calling(grpc, (host) => ({
    server: `grpcs://${host}:${port}`,
    service: 'demo.Greeter',
    method: 'SayHello',
    request: {},
    timeout: 5,
  })),
  ssh: calling(ssh, (host) => ({
    host,
    port,
    username: 'ann',
    password: 'word',
    command: 'true',
    timeout: 5,
  })),
};

/** Undefined when the call succeeded: it should not have. */
async function outcome(call: Call, url: string): Promise<string | undefined> {
  try {
    await call(url);
    return undefined;
  } catch (error) {
    return AppError.is(error) ? error.code : `no AppError: ${String(error)}`;
  }
}

async function outcomes(call: Call, urls: readonly string[]): Promise<Record<string, string | undefined>> {
  const entries: [string, string | undefined][] = [];
  for (const url of urls) entries.push([url, await outcome(call, url)]);
  return Object.fromEntries(entries);
}

const vectors =
  FORBIDDEN_HOSTS.length + FORBIDDEN_NAMES.size + FORBIDDEN_URLS.length + FORBIDDEN_REDIRECTS.length;

test('there are at least 150 ways', () => expect(vectors).toBeGreaterThanOrEqual(150));

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  test('addresses and names are refused, and nobody connects', async () => {
    const before = connections;
    const hosts = [...FORBIDDEN_HOSTS, ...FORBIDDEN_NAMES.keys()];
    const found = await outcomes(
      call,
      hosts.map((host) => `http://${host}:${port}/`),
    );
    const wrong = Object.entries(found).filter(([, code]) => code !== 'blocked_address');
    expect(wrong).toEqual([]);
    expect(connections).toBe(before);
  });

  test('URLs that are not what they seem are refused, and nobody connects', async () => {
    const before = connections;
    const found = await outcomes(call, FORBIDDEN_URLS.map(filled));
    const wrong = Object.entries(found).filter(
      ([, code]) => code !== 'blocked_address' && code !== 'task_failed',
    );
    expect(wrong).toEqual([]);
    expect(connections).toBe(before);
  });

  test('redirects of a public server lead nowhere, and nobody connects', async () => {
    const before = connections;
    for (const index of FORBIDDEN_REDIRECTS.keys()) {
      const code = await outcome(call, `http://public.example:${publicPort}/${index}/`);
      // A webhook takes the redirect itself for the answer.
      const isAnswered = name === 'webhook delivery';
      if (!isAnswered) expect(['blocked_address', 'task_failed'], String(index)).toContain(code);
    }
    expect(connections).toBe(before);
  });

  test('a name that was public a moment ago is judged again', async () => {
    const before = connections;
    const code = await outcome(call, `http://flip.example:${publicPort}/flip`);
    if (name !== 'webhook delivery') expect(['blocked_address', 'task_failed']).toContain(code);
    expect(connections).toBe(before);
  });
});

describe.each(Object.entries(HOST_CALLS))('%s', (_name, call) => {
  test('addresses and names are refused, and nobody connects', async () => {
    const before = connections;
    const found = await outcomes(call, [...FORBIDDEN_HOSTS, ...FORBIDDEN_NAMES.keys()]);
    const wrong = Object.entries(found).filter(([host, code]) => {
      // Names of other scripts are no names to some systems' resolvers.
      const isUnknown = !/^[\x20-\x7e]+$/.test(host) && code === 'task_transient';
      return code !== 'blocked_address' && !isUnknown;
    });
    expect(wrong).toEqual([]);
    expect(connections).toBe(before);
  });

  test('URLs in place of a host lead nowhere', async () => {
    const before = connections;
    const found = await outcomes(call, FORBIDDEN_URLS.map(filled));
    const wrong = Object.entries(found).filter(
      ([, code]) => !['blocked_address', 'task_failed', 'task_transient'].includes(code ?? ''),
    );
    expect(wrong).toEqual([]);
    expect(connections).toBe(before);
  });

  test('a name that flips is connected to where it was checked, or not at all', async () => {
    const before = connections;
    publicConnections = 0;
    // What answers at the public address speaks none of these protocols.
    expect(['task_transient', 'task_failed', 'task_timeout']).toContain(await outcome(call, 'flip.example'));
    expect(publicConnections).toBeGreaterThan(0);
    expect(connections).toBe(before);
  });
});

describe('registration of webhooks', () => {
  test('refuses all of them', async () => {
    const before = connections;
    const call: Call = (url) => assertPublicUrl(url, { allowPrivateUrls: false, lookup: resolver() });
    const hosts = [...FORBIDDEN_HOSTS, ...FORBIDDEN_NAMES.keys()];
    const urls = [...hosts.map((host) => `http://${host}:${port}/`), ...FORBIDDEN_URLS.map(filled)];
    const found = await outcomes(call, urls);
    const wrong = Object.entries(found).filter(
      ([, code]) => code !== 'blocked_address' && code !== 'invalid_params',
    );
    expect(wrong).toEqual([]);
    expect(connections).toBe(before);
  });
});

describe('sockets of other protocols', () => {
  const networkFor = () => createNetwork({ allowPrivateUrls: false, lookup: resolver() });
  const hosts = [...FORBIDDEN_HOSTS, ...FORBIDDEN_NAMES.keys()].filter((host) => /^[\x20-\x7e]+$/.test(host));

  test.each([
    ['connect', (host: string) => networkFor().connect({ host, port, timeoutMs: 3_000 })],
    [
      'connect with encryption',
      (host: string) => networkFor().connect({ host, port, tls: { verify: false } }),
    ],
    ['resolve', (host: string) => networkFor().resolve(host)],
  ] as const)('%s refuses every forbidden host', async (_verb, call) => {
    const before = connections;
    const found = await outcomes(call, hosts);
    expect(Object.entries(found).filter(([, code]) => code !== 'blocked_address')).toEqual([]);
    expect(connections).toBe(before);
  });

  test('the listener can hear: a connection that is allowed arrives', async () => {
    const before = connections;
    const socket = await createNetwork({ allowPrivateUrls: true }).connect({ host: '127.0.0.1', port });
    await vi.waitFor(() => expect(connections).toBe(before + 1));
    socket.end();
  });
});
