import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadPackageDefinition,
  type Metadata,
  Metadata as MetadataKind,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import grpc from '../../executors/grpc-executor.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import { createNetwork } from '../../src/http/guarded-network.ts';
import { makeContext, testSettings } from './make-context.ts';

const folder = join(import.meta.dirname, 'support', 'proto');
const servers: Server[] = [];
const seen: Metadata[] = [];
let described: number;
let silent: number;
let filesDir: string;

interface Call {
  readonly request: { name: string; address: object | null; data: Buffer };
  readonly metadata: Metadata;
  sendMetadata(metadata: Metadata): void;
}

async function serve(hasReflection: boolean): Promise<number> {
  const definition = loadSync(join(folder, 'greeter.proto'), { includeDirs: [folder], keepCase: true });
  const packages = loadPackageDefinition(definition) as unknown as {
    demo: { Greeter: ServiceClientConstructor };
  };
  const server = new Server();
  server.addService(packages.demo.Greeter.service, {
    SayHello(call: Call, answer: (error: object | null, reply?: object) => void) {
      seen.push(call.metadata);
      const { name, address, data } = call.request;
      if (name === 'nobody') return answer({ code: status.NOT_FOUND, details: 'no such person' });
      if (name === 'busy') return answer({ code: status.UNAVAILABLE, details: 'come back' });
      if (name === 'sleep') return undefined;
      const headers = new MetadataKind();
      headers.set('x-served-by', 'test');
      call.sendMetadata(headers);
      const message = name === 'huge' ? 'a'.repeat(9 * 1024 * 1024) : `Hello ${name}`;
      answer(null, { message, address, mood: 1, at: { seconds: 12 }, data });
    },
    Count(call: { write(message: object): void; end(): void }) {
      for (const message of ['one', 'two', 'three']) call.write({ message });
      call.end();
    },
    Collect: () => undefined,
  });
  if (hasReflection) new ReflectionService(definition).addToServer(server);
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

beforeAll(async () => {
  filesDir = await realpath(await mkdtemp(join(tmpdir(), 'grpc-test-')));
  await cp(folder, join(filesDir, 'proto'), { recursive: true });
  [described, silent] = await Promise.all([serve(true), serve(false)]);
});
afterAll(async () => {
  for (const server of servers) server.forceShutdown();
  await rm(filesDir, { recursive: true });
});
beforeEach(() => {
  seen.length = 0;
});

// biome-ignore lint/suspicious/noExplicitAny: results are read as tasks' dependants do, field by field
type Result = any;

function run(
  more: Record<string, unknown>,
  overrides: Partial<ExecutorContext<unknown>> = {},
): Promise<Result> {
  const input = {
    server: `127.0.0.1:${described}`,
    service: 'demo.Greeter',
    method: 'SayHello',
    request: { name: 'Ann' },
    ...more,
  };
  const context = makeContext(grpc, input as never, {
    network: createNetwork({ allowPrivateUrls: true }),
    settings: { ...testSettings, filesDir },
    ...overrides,
  });
  return grpc.run(context as never);
}
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It should have failed')),
    (error) => error,
  );

describe.each([
  ['by reflection', () => ({ server: `127.0.0.1:${described}` })],
  ['by a proto file', () => ({ server: `127.0.0.1:${silent}`, proto_file: 'proto/greeter.proto' })],
])('%s', (_how, how) => {
  test('calls with JSON and gives JSON, messages of other files included', async () => {
    const address = { street: 'Main', number: '9007199254740993' };
    const request = { name: 'Ann', address, data: 'AQL/' };
    const result = await run({ ...how(), request });
    expect(result).toMatchObject({
      success: true,
      response: { message: 'Hello Ann', address, mood: 'GLAD', at: { seconds: '12' }, data: 'AQL/' },
      metadata: { 'x-served-by': 'test' },
    });
    grpc.output.parse(result);
  });

  test('a stream of the server is a list', async () => {
    const { response } = await run({ ...how(), method: 'Count' });
    expect(response.map(({ message }: { message: string }) => message)).toEqual(['one', 'two', 'three']);
  });

  test.each([
    [{ request: { name: 'nobody' } }, 'task_failed', 'NOT_FOUND: no such person'],
    [{ request: { name: 'busy' } }, 'task_transient', 'come back'],
    [{ request: { name: 'huge' } }, 'task_failed', '8388608'],
    [{ method: 'Nothing' }, 'task_failed', 'It has: SayHello, Count, Collect'],
    [{ method: 'Collect' }, 'task_failed', 'takes a stream'],
    [{ service: 'demo.Nobody' }, 'task_failed', 'demo.Nobody'],
  ])('%o is %s', async (more, code, text) => {
    const error = await failure(run({ ...how(), ...more }));
    expect(error.message).toContain(text);
    expect(error.code).toBe(code);
  });

  test('ends at its time limit and within a second of an abort', async () => {
    const request = { name: 'sleep' };
    expect((await failure(run({ ...how(), request, timeout: 0.5 }))).code).toBe('task_timeout');
    const abort = new AbortController();
    const work = failure(run({ ...how(), request }, { signal: abort.signal }));
    await expect.poll(() => seen.length).toBeGreaterThan(1);
    const abortedAt = Date.now();
    abort.abort();
    expect((await work).code).toBe('task_cancelled');
    expect(Date.now() - abortedAt).toBeLessThan(1_000);
  });
});

test('brings metadata and the idempotency key', async () => {
  await run({ metadata: { authorization: 'Bearer x' } });
  expect(seen[0]?.getMap()).toMatchObject({ authorization: 'Bearer x', 'idempotency-key': 'run-1:task-1' });
});

test('a server that does not describe itself wants a proto file', async () => {
  expect((await failure(run({ server: `127.0.0.1:${silent}` }))).message).toContain('Give "proto_file"');
});

test('proto files and what they import lie in the files folder', async () => {
  await symlink('/etc/passwd', join(filesDir, 'proto', 'link.proto'));
  for (const [name, target] of [
    ['absolute', '/etc/passwd'],
    ['escaped', '\\057etc/passwd'],
    ['above', '../../../../../../etc/passwd'],
    ['bundled', 'google/protobuf/../../../../../../../etc/passwd'],
    ['link', 'link.proto'],
  ]) {
    const path = join(filesDir, 'proto', `${name}-import.proto`);
    await writeFile(path, `syntax = "proto3"; import "${target}"; message A { string a = 1; }`);
    const error = await failure(run({ proto_file: `proto/${name}-import.proto` }));
    expect(error.code).toBe('task_failed');
    expect(error.message).toMatch(/outside the folder|ENOENT/);
    expect(error.message).not.toContain('root:');
  }
  for (const proto_file of ['/etc/passwd', '../x.proto', 'proto/link.proto']) {
    expect((await failure(run({ proto_file }))).message).toContain('outside the files folder');
  }
});

test.each(['not a server', 'http://', 'a@b:1', '127.0.0.1:99999'])('%s is no server', async (server) => {
  expect((await failure(run({ server }))).code).toBe('task_failed');
});

test('private addresses are refused, and nobody listening is told', async () => {
  const guarded = createNetwork({ allowPrivateUrls: false });
  expect((await failure(run({}, { network: guarded }))).code).toBe('blocked_address');
  expect(seen).toEqual([]);
  expect((await failure(run({ server: '127.0.0.1:1' }))).code).toBe('task_transient');
});
