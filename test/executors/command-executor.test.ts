import { spawnSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitCommand } from '../../executors/_split-command.ts';
import command from '../../executors/command-executor.ts';
import type { ExecutorContext, ExecutorSettings } from '../../src/core/executor.ts';
import { makeContext, testSettings } from './make-context.ts';

let filesDir: string;
beforeAll(async () => {
  filesDir = await realpath(await mkdtemp(path.join(tmpdir(), 'command-test-')));
});
afterAll(() => rm(filesDir, { recursive: true }));

interface Options {
  readonly timeout?: number;
  readonly settings?: Partial<ExecutorSettings>;
  readonly signal?: AbortSignal;
}

function run(line: string, { timeout = 10, settings, signal }: Options = {}) {
  const overrides: Partial<ExecutorContext<unknown>> = {
    settings: { ...testSettings, allowedExecutors: new Set([command.id]), filesDir, ...settings },
    ...(signal === undefined ? {} : { signal }),
  };
  return command.run(makeContext(command, { command: line, timeout }, overrides) as never);
}
/** What ended but was not yet collected by its parent (state Z) does not count as alive. */
const isAlive = (pid: number) => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
};

describe('splitCommand', () => {
  test.each([
    [`echo "a b" 'c "d"' e\\ f ""`, ['echo', 'a b', 'c "d"', 'e f', '']],
    [`x "say \\"hi\\"" '$HOME;|' a"b"c`, ['x', 'say "hi"', '$HOME;|', 'abc']],
  ])('%s', (line, words) => {
    expect(splitCommand(line)).toEqual(words);
  });

  test.each(['a | b', 'a; b', 'a && b', 'a > b', 'a `b`', 'a $(b)', 'echo "open', '   ', 'a\nb'])(
    'refuses %j',
    (line) => expect(() => splitCommand(line)).toThrow(),
  );
});

describe('command_executor', () => {
  test('is off until an operator allows it, and runs only named programs', async () => {
    await expect(run('echo hi', { settings: { allowedExecutors: new Set() } })).rejects.toMatchObject({
      code: 'executor_unavailable',
      message: expect.stringContaining('TASKGROVE_ALLOW_COMMAND'),
    });
    const settings = { commandWhitelist: ['echo'] };
    expect((await run('echo hi', { settings })).stdout).toBe('hi');
    for (const line of ['ls', '/bin/echo hi', './echo', '"" x']) {
      await expect(run(line, { settings })).rejects.toMatchObject({ code: 'executor_unavailable' });
    }
  });

  test('gives output, runs in the files folder, and hides the environment of the server', async () => {
    expect(await run('printf "%s" "a  b"')).toEqual({
      command: 'printf "%s" "a  b"',
      success: true,
      return_code: 0,
      stdout: 'a  b',
      stderr: '',
      truncated: false,
    });
    expect((await run('pwd')).stdout).toBe(filesDir);
    const names = (await run('env')).stdout.split('\n').map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['HOME', 'LANG', 'PATH']);
  });

  test('a failing or missing program fails the task', async () => {
    await expect(run('ls /no-such-folder')).rejects.toMatchObject({
      code: 'task_failed',
      message: expect.stringMatching(/^Command failed with return code 2: .*no-such-folder/),
    });
    await expect(run('no-such-program')).rejects.toThrow("Command 'no-such-program' cannot be started");
  });

  test('output is cut at one MiB', async () => {
    const result = await run('head -c 3000000 /dev/zero');
    expect(result.truncated).toBe(true);
    expect(result.stdout.length).toBeLessThanOrEqual(1024 * 1024);
  });

  test('the time limit and an abort end the whole group, also what ignores the first signal', async () => {
    const script = `sh -c 'trap "" TERM; sleep 60 & echo $! > child.pid; wait; sleep 60'`;
    const started = Date.now();
    await expect(run(script, { timeout: 0.3 })).rejects.toThrow('Command timeout after 0.3 seconds');
    expect(Date.now() - started).toBeLessThan(2_000);
    const abort = new AbortController();
    const work = run(script, { signal: abort.signal });
    work.catch(() => undefined);
    await sleep(300);
    const abortedAt = Date.now();
    abort.abort();
    await expect(work).rejects.toMatchObject({ code: 'task_cancelled' });
    expect(Date.now() - abortedAt).toBeLessThan(1_000);
    const { stdout } = await run('cat child.pid');
    await sleep(50);
    expect(isAlive(Number(stdout))).toBe(false);
  });
});
