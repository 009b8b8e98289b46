/** docker_executor against an engine of the test's own, and against the machine's where one answers. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import docker from '../../executors/docker-executor.ts';
import { createNetwork } from '../../src/http/guarded-network.ts';
import { dockerConformance, type EngineUnderTest, failure, runDocker } from './docker-conformance.ts';
import { testSettings } from './make-context.ts';
import { type FakeDocker, startFakeDocker } from './support/fake-docker.ts';

let fake: FakeDocker;
let engine: EngineUnderTest;
let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'docker-test-')));
  fake = await startFakeDocker(['tiny:1']);
  const filesDir = join(folder, 'files');
  await mkdir(filesDir);
  engine = { address: fake.address, image: 'tiny:1', filesDir };
});
afterAll(async () => {
  await fake.close();
  await rm(folder, { recursive: true });
});

describe('an engine of the test', () => dockerConformance(async () => engine));

/** The machine's engine, and busybox for an image: there is none to fetch one from. */
const ADDRESS = process.env['TEST_DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
const BUSYBOX = '/bin/busybox';
const hasEngine = existsSync(ADDRESS.replace('unix://', '')) && existsSync(BUSYBOX);

describe.skipIf(!hasEngine)('the engine of this machine', () => {
  const image = 'taskgrove-test:1';
  const client = new Docker({ socketPath: ADDRESS.replace('unix://', '') });
  afterAll(() => client.getImage(image).remove({ force: true }));
  dockerConformance(async () => {
    const root = join(folder, 'image');
    for (const name of ['bin', 'tmp']) await mkdir(join(root, name), { recursive: true });
    await copyFile(BUSYBOX, join(root, 'bin', 'busybox'));
    for (const name of ['cat', 'echo', 'head', 'ls', 'pwd', 'sh', 'sleep', 'touch', 'true', 'yes'])
      execFileSync('ln', ['-s', 'busybox', join(root, 'bin', name)]);
    execFileSync('tar', ['-cf', join(folder, 'image.tar'), '-C', root, '.']);
    const said = await client.importImage(join(folder, 'image.tar'), { repo: 'taskgrove-test', tag: '1' });
    for await (const _line of said);
    const filesDir = join(folder, 'real-files');
    await mkdir(filesDir);
    return { address: ADDRESS, image, filesDir };
  });
});

describe('when things go wrong', () => {
  const run = (input: Record<string, unknown>, more?: Parameters<typeof runDocker>[2]) =>
    runDocker(engine, { command: 'echo hi', ...input }, more);
  afterEach(() => {
    fake.pullAnswer = null;
    fake.refuse.clear();
    fake.containers.clear();
    fake.pulls.length = 0;
  });

  test('it is off until an operator names it', async () => {
    const error = await failure(run({}, { settings: testSettings }));
    expect(error).toMatchObject({ code: 'executor_unavailable' });
    expect(error.message).toContain('TASKGROVE_ALLOW_EXECUTORS=docker_executor');
  });

  test('a missing image is pulled, one tag of it, and the progress is told', async () => {
    const told: string[] = [];
    const emit = (_progress: number, message?: string) => told.push(message ?? '');
    expect((await run({ image: 'pulled' }, { emit })).stdout).toBe('hi\n');
    expect(fake.pulls).toEqual(['pulled:latest']);
    expect(told.join()).toContain('Pulling pulled');
    await run({ image: 'team/pulled:2' });
    expect(fake.pulls).toEqual(['pulled:latest', 'team/pulled:2']);
  });

  test.each([
    ['an image that is nowhere', 404, [`{"message":"pull access denied for gone"}`], 'task_failed'],
    ['an error in the middle', 200, ['{"status":"Pulling"}', '{"error":"manifest unknown"}'], 'task_failed'],
    ['a registry with too much to do', 200, ['{"error":"toomanyrequests: slow down"}'], 'task_transient'],
    ['a registry that is away', 500, ['{"message":"dial tcp: no such host"}'], 'task_transient'],
    ['lines that are none, and still no image', 200, ['garbage', 'null', '{"status":1}'], 'task_failed'],
  ])('%s', async (_what, status, lines, code) => {
    fake.pullAnswer = { status, lines };
    const error = await failure(run({ image: 'gone:1' }));
    expect(error).toMatchObject({ code, message: expect.not.stringContaining('HTTP code') });
    expect(fake.containers.size).toBe(0);
  });

  test('an image on a private address is not asked for', async () => {
    const network = createNetwork({ allowPrivateUrls: false });
    for (const image of ['127.0.0.1:5000/x', 'localhost/x', '10.0.0.5/team/x:1', '169.254.169.254/x'])
      expect((await failure(run({ image }, { network }))).code, image).toBe('blocked_address');
    expect(fake.pulls).toEqual([]);
  });

  test('an engine that is away is tried again, and the message says what to set', async () => {
    const containers = { address: `unix://${join(folder, 'nobody.sock')}` };
    const error = await failure(run({}, { containers }));
    expect(error).toMatchObject({ code: 'task_transient', message: expect.stringContaining('DOCKER_HOST') });
    expect((await failure(run({}, { containers: { address: 'tcp://127.0.0.1:1' } }))).code).toBe(
      'task_transient',
    );
  });

  test('an engine in trouble is tried again; a container that cannot start does not stay', async () => {
    fake.refuse.set('create', 500);
    expect((await failure(run({}))).code).toBe('task_transient');
    fake.refuse.set('start', 404);
    expect((await failure(run({}))).code).toBe('task_failed');
    expect(fake.containers.size).toBe(0);
  });

  test('a container that cannot be removed does not spoil its result', async () => {
    fake.refuse.set('remove', 500);
    const warned: string[] = [];
    const logger = {
      info: () => undefined,
      warn: (_fields: unknown, text: string) => void warned.push(text),
    };
    expect((await run({}, { logger })).stdout).toBe('hi\n');
    expect(warned).toEqual(['A container could not be removed']);
  });

  test('output that breaks off is read again from the container, which ran once', async () => {
    const idempotencyKey = 'broken-off';
    const input = {
      command: `sh -c 'echo x >> ${engine.filesDir}/runs; head -c 5000 /dev/zero | tr "\\0" a; cat ${engine.filesDir}/runs'`,
    };
    fake.cutLogsAfter = 100;
    expect((await failure(run(input, { idempotencyKey }))).code).toBe('task_transient');
    const { stdout } = await run(input, { idempotencyKey });
    expect(stdout).toBe(`${'a'.repeat(5_000)}x\n`);
    expect(fake.containers.size).toBe(0);
  });

  test('somebody else’s container of that name is left alone', async () => {
    const idempotencyKey = 'taken';
    await run({ remove: false }, { idempotencyKey });
    const [name, theirs] = [...fake.containers.entries()][0] ?? [];
    if (name === undefined || theirs === undefined) throw new Error('No container');
    fake.containers.set(name, { ...theirs, body: { ...theirs.body, Labels: {} } });
    expect((await failure(run({}, { idempotencyKey }))).message).toContain("is not this task's");
    expect(fake.containers.has(name)).toBe(true);
  });

  test('inputs that make no sense are refused by name', () => {
    const base = { image: 'a', command: 'b' };
    for (const wrong of [
      { image: '-v' },
      { image: 'a b' },
      { volumes: { a: 'relative' } },
      { volumes: { a: '/b:rw:z' } },
      { resources: { cpu: '0' } },
      { resources: { memory: 'lots' } },
      { timeout: 0 },
      { env: { 'A=B': 'c' } },
    ])
      expect(docker.input.safeParse({ ...base, ...wrong }).error?.issues[0]?.path[0]).toBe(
        Object.keys(wrong)[0],
      );
  });
});
