/** What docker_executor does with any engine that can run a shell. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeAll, expect, test } from 'vitest';
import docker from '../../executors/docker-executor.ts';
import type { ContainerEngine } from '../../src/core/container-engine.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import { makeContext, testSettings } from './make-context.ts';

export interface EngineUnderTest {
  readonly address: string;
  /** One that is there, with a shell. */
  readonly image: string;
  readonly filesDir: string;
}

// biome-ignore lint/suspicious/noExplicitAny: results are read as tasks' dependants do, field by field
type Result = any;
let keys = 0;

/** Runs the executor as an operator who switched it on has it. */
export function runDocker(
  engine: EngineUnderTest,
  input: Record<string, unknown>,
  overrides: Partial<ExecutorContext<unknown>> & { readonly containers?: Partial<ContainerEngine> } = {},
): Promise<Result> {
  const { containers, ...others } = overrides;
  keys += 1;
  const context = makeContext(docker, { image: engine.image, ...input } as never, {
    idempotencyKey: `docker-test-${process.pid}-${Date.now()}-${keys}`,
    settings: {
      ...testSettings,
      filesDir: engine.filesDir,
      allowedExecutors: new Set([docker.id]),
      containers: { address: engine.address, network: 'none', canMountAnything: false, ...containers },
    },
    ...others,
  });
  return docker.run(context as never);
}

export const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It should have failed')),
    (error) => error,
  );

export function dockerConformance(start: () => Promise<EngineUnderTest>): void {
  let engine: EngineUnderTest;
  let client: Docker;
  type More = Parameters<typeof runDocker>[2];
  const run = (input: Record<string, unknown>, more?: More) => runDocker(engine, input, more);
  const shell = (script: string, input: Record<string, unknown> = {}, more?: More) =>
    run({ command: `sh -c ${JSON.stringify(script).replaceAll('$', '\\$')}`, ...input }, more);
  const ours = () => client.listContainers({ all: true, filters: { label: ['taskgrove.key'] } });
  const file = (name: string) => join(engine.filesDir, name);
  beforeAll(async () => {
    engine = await start();
    client = new Docker({ socketPath: engine.address.replace('unix://', '') });
  });
  afterEach(async () => {
    for (const { Id: id } of await ours()) await client.getContainer(id).remove({ force: true });
  });

  test('output, error output, exit code, environment, folder; nothing is left behind', async () => {
    const result = await shell('echo "$GREETING"; pwd; echo bad >&2; exit 3', {
      env: { GREETING: `it's "fine"` },
      working_dir: '/tmp',
    });
    expect(result).toMatchObject({
      success: false,
      exit_code: 3,
      stdout: `it's "fine"\n/tmp\n`,
      stderr: 'bad\n',
    });
    expect(result).toMatchObject({ truncated: false, image: engine.image });
    expect(result.logs).toHaveLength(result.stdout.length + result.stderr.length);
    docker.output.parse(result);
    expect(await ours()).toEqual([]);
  });

  test('output is cut at its limit', async () => {
    const result = await shell('yes a-line-that-is-a-little-longer-than-one-letter | head -c 3000000');
    expect(result).toMatchObject({ exit_code: 0, truncated: true });
    expect(result.stdout).toHaveLength(512 * 1024);
  });

  test('a container that is kept has the limits that were asked for', async () => {
    const resources = { cpu: '0.5', memory: '64m' };
    const { container_id: id } = await shell('true', { remove: false, resources });
    const { HostConfig: limits, State: state } = await client.getContainer(id).inspect();
    expect(limits).toMatchObject({ NanoCpus: 5e8, Memory: 64 * 1024 ** 2, NetworkMode: 'none' });
    expect(state.Running).toBe(false);
  });

  test('an abort ends and removes it within a second', async () => {
    const abort = new AbortController();
    const work = failure(
      shell(
        'trap "" TERM; touch /data/begun; sleep 30',
        { volumes: { '.': '/data' } },
        { signal: abort.signal },
      ),
    );
    await expect.poll(() => existsSync(file('begun')), { timeout: 10_000 }).toBe(true);
    const abortedAt = Date.now();
    abort.abort();
    expect((await work).code).toBe('task_cancelled');
    expect(Date.now() - abortedAt).toBeLessThan(1_000);
    expect(await ours()).toEqual([]);
  });

  test('time runs out: the container ends too', async () => {
    expect((await failure(shell('sleep 30', { timeout: 1 }))).code).toBe('task_timeout');
    expect(await ours()).toEqual([]);
  });

  test('another attempt gets the same container, running or ended', async () => {
    const idempotencyKey = `shared-${Date.now()}`;
    const again = () =>
      shell(
        'echo once >> /data/effects; sleep 1; cat /data/effects',
        { volumes: { '.': '/data' }, remove: false },
        { idempotencyKey },
      );
    const first = again();
    await expect.poll(() => existsSync(file('effects')), { timeout: 10_000 }).toBe(true);
    const results = [await again(), await first, await again()];
    expect(new Set(results.map(({ container_id: id }) => id)).size).toBe(1);
    for (const result of results) expect(result).toMatchObject({ exit_code: 0, stdout: 'once\n' });
    expect(readFileSync(file('effects'), 'utf8')).toBe('once\n');
    expect(await ours()).toHaveLength(1);
  });

  test('folders below the files folder are mounted, others are not', async () => {
    await mkdir(file('in'));
    await writeFile(file('in/note'), 'hello');
    expect((await shell('cat /work/note', { volumes: { in: '/work:ro' } })).stdout).toBe('hello');
    await symlink('/', file('out'));
    for (const from of ['/etc', '/', '/var/run/docker.sock', '..', 'in/../..', 'out', 'out/etc', 'missing']) {
      const error = await failure(shell('true', { volumes: { [from]: '/work' } }));
      expect(error, from).toMatchObject({ code: 'task_failed' });
      expect(error.message).toContain('TASKGROVE_DOCKER_ALLOW_SENSITIVE_MOUNTS');
    }
    expect(await ours()).toEqual([]);
    const containers = { canMountAnything: true };
    const result = await shell('cat /work/passwd', { volumes: { '/etc': '/work' } }, { containers });
    expect(result).toMatchObject({ success: true });
  });

  test('a command or an image that is not there is final', async () => {
    expect(await failure(run({ command: 'no-such-program' }))).toMatchObject({
      code: 'task_failed',
      message: expect.stringContaining('no-such-program'),
    });
    expect(await ours()).toEqual([]);
  });
}
