/** Whole servers over HTTP: guests side by side, the operator, tokens, keys over a restart, proxies. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readOperatorKey } from '../../src/cli/operator-key.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { JWT_SECRET, signToken } from './make-identity.ts';

const info = { schemas: { method: 'system_info_executor' }, inputs: { resource: 'cpu' } };
const BROWSER = { 'user-agent': 'Mozilla/5.0 Chrome/142.0', 'sec-fetch-site': 'same-origin' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { JWT_SECRET } });
});
afterAll(() => server?.stop());

/** A browser: brings back the cookie it was given at its first visit. */
async function visit(language: string): Promise<Record<string, string>> {
  const browser = { ...BROWSER, 'accept-language': language };
  const response = await fetch(`${server.url}/auth/auto-login`, { headers: browser });
  expect(response.status).toBe(200);
  return { ...browser, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

describe('guests', () => {
  it('run trees side by side, and neither sees the other', async () => {
    const [ann, bob] = [await visit('en'), await visit('de')];
    const answer = (await server.rpc('tasks.execute', { tasks: [{ name: 'mine', ...info }] }, ann)).body
      .result;
    expect(answer.tree_status).toBe('completed');
    const { run_id: runId, root_task_id: taskId } = answer;
    expect((await server.rpc('tasks.get', { task_id: taskId }, ann)).body.result.status).toBe('completed');
    expect((await server.rpc('tasks.get', { task_id: taskId }, bob)).body.result).toBeNull();
    expect((await server.rpc('tasks.list', {}, bob)).body.result).toEqual([]);
    expect((await server.rpc('runs.list', {}, bob)).body.result).toEqual([]);
    for (const method of ['tasks.tree', 'tasks.execute', 'tasks.delete', 'tasks.clone'])
      expect((await server.rpc(method, { task_id: taskId }, bob)).status, method).toBe(404);
    for (const path of [`/runs/${runId}/events`, `/runs/${runId}/tasks/${taskId}/result`]) {
      expect((await fetch(server.url + path, { headers: bob })).status, path).toBe(404);
      const response = await fetch(server.url + path, { headers: ann });
      expect(response.status, path).toBe(200);
      await response.body?.cancel();
    }
  });
});

describe('the operator of this machine', () => {
  it('has a key only he can read, sees everything, and owns what he makes', async () => {
    const key = readOperatorKey();
    expect(key).toBe(server.app.operatorKey);
    const { mode } = await stat(join(homedir(), '.config', 'taskgrove', 'operator-key'));
    expect(mode & 0o777).toBe(0o600);
    const guest = await visit('fr');
    const made = (await server.rpc('tasks.create', { name: 'a guest made this' }, guest)).body.result;
    const operator = { 'x-api-key': key ?? '' };
    expect((await server.rpc('tasks.get', { task_id: made.id }, operator)).body.result.id).toBe(made.id);
    expect((await server.rpc('tasks.create', { name: 'own' }, operator)).body.result.user_id).toBe('local');
    const users = await fetch(`${server.url}/api/users/list`, { headers: operator });
    const names = ((await users.json()) as { users: { user_id: string }[] }).users.map(
      (user) => user.user_id,
    );
    expect(names).toEqual(expect.arrayContaining([made.user_id, 'local']));
  });
});

describe('tokens and keys', () => {
  const ann = { authorization: `Bearer ${signToken({ sub: 'ann' })}` };

  it('are what counts where guests are off, and revoked keys stay revoked over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-access-'));
    const env = { JWT_SECRET, DEMO_MODE: 'false' };
    let closed = await startTestServer({ env, dataDir });
    onTestFinished(async () => {
      await closed.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    expect((await closed.rpc('tasks.list')).status).toBe(401);
    const keys = [];
    for (const name of ['kept', 'revoked'])
      keys.push((await closed.rpc('keys.create', { name }, ann)).body.result);
    const [kept, revoked] = keys;
    const listWith = async (key: string) => (await closed.rpc('tasks.list', {}, { 'x-api-key': key })).status;
    expect([await listWith(kept.key), await listWith(revoked.key)]).toEqual([200, 200]);
    await closed.rpc('keys.revoke', { key_id: revoked.key_id }, ann);
    expect([await listWith(kept.key), await listWith(revoked.key)]).toEqual([200, 401]);
    await closed.stop();
    closed = await startTestServer({ env, dataDir, namespace: closed.namespace });
    expect([await listWith(kept.key), await listWith(revoked.key)]).toEqual([200, 401]);
  });
});

describe('proxies', () => {
  const forwarded = (ip: string) => ({ 'user-agent': 'curl/8', 'x-forwarded-for': ip });
  const userOf = async (to: TestServer, ip: string) =>
    (await to.rpc('tasks.create', { name: 'x' }, forwarded(ip))).body.result.user_id as string;

  it('that nobody trusts change nothing, and health says so', async () => {
    expect(await userOf(server, '198.51.100.1')).toBe(await userOf(server, '198.51.100.2'));
    await expect
      .poll(async () => {
        const body = (await (await fetch(`${server.url}/health`)).json()) as {
          status: string;
          ready: boolean;
          components: Record<string, unknown>;
        };
        return { status: body.status, ready: body.ready, proxy: body.components['proxy'] };
      })
      .toMatchObject({
        status: 'ok',
        ready: true,
        proxy: { status: 'DEGRADED', detail: expect.stringContaining('TRUST_PROXY') },
      });
  });

  it('that are trusted tell clients apart', async () => {
    const behind = await startTestServer({ env: { TRUST_PROXY: '127.0.0.1' } });
    onTestFinished(() => behind.stop());
    const one = await userOf(behind, '198.51.100.1');
    expect(await userOf(behind, '6.6.6.6, 198.51.100.1')).toBe(one);
    expect(await userOf(behind, '198.51.100.2')).not.toBe(one);
  });
});
