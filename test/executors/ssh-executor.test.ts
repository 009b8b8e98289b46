import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import ssh from '../../executors/ssh-executor.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import { createNetwork } from '../../src/http/guarded-network.ts';
import { makeContext, testSettings } from './make-context.ts';
import { listenLocally } from './support/listen-locally.ts';
import {
  hasSshd,
  type OwnSshServer,
  type SshTestServer,
  startOwnSsh,
  startSshd,
} from './support/ssh-servers.ts';

let filesDir: string;
let own: OwnSshServer;
beforeAll(async () => {
  filesDir = await realpath(await mkdtemp(join(tmpdir(), 'ssh-test-')));
  own = await startOwnSsh();
});
afterAll(async () => {
  await own.close();
  await rm(filesDir, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: results are read as tasks' dependants do, field by field
type Result = any;

function run(
  input: Record<string, unknown>,
  overrides: Partial<ExecutorContext<unknown>> = {},
): Promise<Result> {
  const given = { host: '127.0.0.1', port: own.port, username: 'ann', password: 'word', ...input };
  const context = makeContext(ssh, given as never, {
    network: createNetwork({ allowPrivateUrls: true }),
    settings: { ...testSettings, filesDir, allowedExecutors: new Set([ssh.id]) },
    ...overrides,
  });
  return ssh.run(context as never);
}
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It should have failed')),
    (error) => error,
  );

describe.skipIf(!hasSshd)('the sshd of this machine', () => {
  let sshd: SshTestServer;
  let login: Record<string, unknown>;
  beforeAll(async () => {
    const reserved = await listenLocally(createServer());
    await reserved.close();
    sshd = await startSshd(filesDir, reserved.port);
    login = { port: sshd.port, username: sshd.username, password: null, key_file: 'key' };
  });
  afterAll(() => sshd?.close());

  test('runs a command with its environment', async () => {
    const env = { GREETING: `it's "fine"; $HOME` };
    const result = await run({ ...login, command: 'echo "$GREETING"; echo bad >&2; exit 3', env });
    expect(result).toMatchObject({
      success: false,
      return_code: 3,
      stdout: `it's "fine"; $HOME\n`,
      stderr: 'bad\n',
      truncated: false,
    });
    ssh.output.parse(result);
    expect(result.host_key_verified).toBe(false);
    const known = await run({ ...login, command: 'true', host_key: result.host_key });
    expect(known).toMatchObject({ success: true, host_key_verified: true });
  });

  test('an abort ends it within a second', async () => {
    const abort = new AbortController();
    const mark = join(filesDir, 'started');
    const work = failure(run({ ...login, command: `touch ${mark}; exec sleep 5` }, { signal: abort.signal }));
    await expect.poll(() => existsSync(mark), { timeout: 10_000 }).toBe(true);
    const abortedAt = Date.now();
    abort.abort();
    expect((await work).code).toBe('task_cancelled');
    expect(Date.now() - abortedAt).toBeLessThan(1_000);
  });

  test('a password where none is taken is refused', async () => {
    const error = await failure(run({ ...login, key_file: null, password: 'wrong', command: 'true' }));
    expect(error).toMatchObject({ code: 'task_failed', retryable: false });
  });
});

describe('any server', () => {
  test('logs in with a password; output is cut at its limit', async () => {
    expect(await run({ command: 'hello' })).toMatchObject({ success: true, stdout: 'hello', return_code: 0 });
    expect((await run({ command: 'exit 7' })).return_code).toBe(7);
    const huge = await run({ command: 'huge' });
    expect(huge).toMatchObject({ truncated: true });
    expect(huge.stdout).toHaveLength(1024 * 1024);
  });

  test('a wrong password is final; a connection that drops is not', async () => {
    expect(await failure(run({ password: 'nope nope', command: 'x' }))).toMatchObject({
      code: 'task_failed',
      message: expect.stringContaining('refused the login'),
    });
    expect((await failure(run({ command: 'drop' }))).code).not.toBe('task_failed');
    expect((await failure(run({ port: 1, command: 'x' }))).code).toBe('task_transient');
  });

  test('nothing is sent to a server with another host key', async () => {
    const before = own.logins.length;
    const error = await failure(run({ command: 'x', host_key: `SHA256:${'A'.repeat(43)}` }));
    expect(error).toMatchObject({ code: 'task_failed' });
    expect(error.message).toContain('showed the host key SHA256:');
    expect(own.logins).toHaveLength(before);
  });

  test('ends at its time limit, and an abort sends the command a signal', async () => {
    expect((await failure(run({ command: 'sleep', timeout: 1 }))).code).toBe('task_timeout');
    const abort = new AbortController();
    const before = own.commands.length;
    const work = failure(run({ command: 'sleep' }, { signal: abort.signal }));
    await expect.poll(() => own.commands.length).toBe(before + 1);
    const abortedAt = Date.now();
    abort.abort();
    expect((await work).code).toBe('task_cancelled');
    expect(Date.now() - abortedAt).toBeLessThan(1_000);
    await expect.poll(() => own.signals).toContain('TERM');
  });

  test('is off until an operator names it, and refuses private addresses', async () => {
    expect((await failure(run({ command: 'x' }, { settings: { ...testSettings, filesDir } }))).code).toBe(
      'executor_unavailable',
    );
    const network = createNetwork({ allowPrivateUrls: false });
    expect((await failure(run({ command: 'x' }, { network }))).code).toBe('blocked_address');
  });

  test('keys lie in the files folder, and something must let us in', async () => {
    const outside = { password: null, key_file: '/etc/passwd', command: 'x' };
    expect((await failure(run(outside))).message).toContain('outside the files folder');
    expect((await failure(run({ password: null, command: 'x' }))).message).toContain(
      '"password" or "key_file"',
    );
    await writeFile(join(filesDir, 'no-key'), 'not a key');
    expect((await failure(run({ password: null, key_file: 'no-key', command: 'x' }))).code).toBe(
      'task_failed',
    );
  });

  test('names of variables are names', () => {
    const given = { host: 'h', username: 'u', command: 'c', env: { 'A=1; rm': 'x' } };
    expect(ssh.input.safeParse(given).success).toBe(false);
  });
});
