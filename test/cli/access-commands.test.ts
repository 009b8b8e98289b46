/** `taskgrove users`, `taskgrove keys`, and which key the command line sends where. */
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliIo } from '../../src/cli/cli-io.ts';
import { isThisMachine, readOperatorKey } from '../../src/cli/operator-key.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { operatorKey } from '../../src/secrets/instance-secret.ts';
import { startWireServer, type WireServer } from './wire-server.ts';

async function cli(args: string[], override: Partial<CliIo> = {}) {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: async () => '',
    inputLines: async function* () {},
    operatorKey: () => 'tg_operator',
    isTerminal: false,
    hasColors: false,
    columns: () => 80,
    rows: () => 24,
    runServer: async () => 0,
    ...override,
  });
  return { code, out, err };
}

const USER = {
  user_id: 'guest:ab12cd34ef56ab12cd34',
  username: 'Guest_Mac_Chrome_ab12cd34',
  status: 'active',
  last_active_at: '2026-11-21T02:31:37.451595+00:00',
  source: 'session_cookie',
  user_agent: 'Mozilla/5.0 Chrome/142.0',
  created_at: '2026-11-20T02:31:37.451595+00:00',
};
const LIST = { success: true, users: [USER], count: 1 };
const STATS = {
  success: true,
  total_users: 7,
  active_users: 3,
  new_users: 2,
  period: 'week',
  timestamp: 't',
};

function answer(server: WireServer, path: string, body: object, status = 200): string[] {
  const keys: string[] = [];
  server.onGet(path, (request, response) => {
    keys.push(String(request.headers['x-api-key']));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  return keys;
}

describe('users', () => {
  it('list: a table, with the browser when asked', async () => {
    await using server = await startWireServer();
    answer(server, '/api/users/list?limit=5&status=active', LIST);
    answer(server, '/api/users/list?limit=20', LIST);
    const short = await cli(['--url', server.url, 'users', 'list']);
    expect(short.code).toBe(0);
    expect(short.out).toContain('Guest_Mac_Chrome_ab12cd34');
    expect(short.out).toContain('2026-11-21 02:31:37');
    expect(short.out).not.toContain('Mozilla');
    const args = ['users', 'list', '--limit', '5', '--status', 'active', '--show-ua'];
    const { out } = await cli(['--url', server.url, ...args]);
    expect(out).toContain('Mozilla/5.0 Chrome/142.0');
  });

  it('list and stat: JSON in either spelling', async () => {
    await using server = await startWireServer();
    answer(server, '/api/users/list?limit=20', LIST);
    answer(server, '/api/users/stats?period=week', STATS);
    const list = await cli(['--url', server.url, 'users', 'list', '--format', 'json']);
    expect(JSON.parse(list.out)).toEqual(LIST);
    const stat = await cli(['--url', server.url, '-o', 'json', 'users', 'stat', 'week']);
    expect(JSON.parse(stat.out)).toEqual(STATS);
    const table = await cli(['--url', server.url, 'users', 'stat', 'week']);
    expect(table.out).toMatch(/users +7\nactive +3\nnew +2\n/);
  });

  it('say why they are refused, and refuse an unknown period themselves', async () => {
    await using server = await startWireServer();
    const refusal = { success: false, error: 'unauthorized', message: 'Admin authentication required' };
    answer(server, '/api/users/list?limit=20', refusal, 401);
    expect(await cli(['--url', server.url, 'users', 'list'])).toEqual({
      code: 3,
      out: '',
      err: 'Admin authentication required\n',
    });
    expect((await cli(['--url', server.url, 'users', 'stat', 'decade'])).code).toBe(2);
  });
});

describe('keys', () => {
  it('create shows the key once; list and revoke do not', async () => {
    await using server = await startWireServer();
    const key = {
      key_id: 'k1',
      name: 'nightly',
      hint: 'tg_abc',
      user_id: 'ann',
      roles: ['user'],
      plan: 'free',
      created_at: 'c',
      expires_at: '2027-01-01T00:00:00+00:00',
      revoked_at: null,
    };
    server.on('keys.create', () => ({ result: { ...key, key: 'tg_whole' } }));
    server.on('keys.list', () => ({ result: [key] }));
    server.on('keys.revoke', () => ({ result: { ...key, revoked_at: 'now' } }));
    const run = (...args: string[]) => cli(['--url', server.url, 'keys', ...args]);
    const made = await run('create', 'nightly', '--user', 'ann', '--role', 'user', '--days', '9');
    expect(made.out.startsWith('tg_whole\n')).toBe(true);
    expect((await run('list')).out).toMatch(/k1 +tg_abc… +nightly +ann +user +2027-01-01/);
    expect((await run('revoke', 'k1')).out).toBe('Revoked k1 (nightly).\n');
    expect(server.calls.map(({ params }) => params)).toEqual([
      { name: 'nightly', user_id: 'ann', roles: ['user'], expires_in_days: 9 },
      {},
      { key_id: 'k1' },
    ]);
  });
});

describe("the operator's key", () => {
  it('goes to this machine, unless another is given, or none', async () => {
    await using server = await startWireServer();
    const keys = answer(server, '/api/users/list?limit=20', LIST);
    await cli(['--url', server.url, 'users', 'list']);
    await cli(['--url', server.url, '--api-key', 'tg_other', 'users', 'list']);
    await cli(['--url', server.url, '--api-key', '', 'users', 'list']);
    await cli(['--url', server.url, 'users', 'list'], { operatorKey: () => null });
    expect(keys).toEqual(['tg_operator', 'tg_other', 'undefined', 'undefined']);
  });

  it.each([
    ['http://127.0.0.1:8000', true],
    ['http://localhost:8000', true],
    ['http://[::1]:8000', true],
    ['https://grove.example', false],
    ['http://127.0.0.1.evil.example', false],
    ['http://localhost.evil.example:8000', false],
    ['http://user@evil.example', false],
    ['http://10.0.0.7:8000', false],
    ['nonsense', false],
  ])('%s is this machine: %s', (url, isThis) => {
    expect(isThisMachine(url)).toBe(isThis);
  });

  it('is the one the server has left, and stays the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'taskgrove-operator-'));
    expect(readOperatorKey(folder)).toBeNull();
    const made = await Promise.all(Array.from({ length: 10 }, () => operatorKey(folder)));
    const [one] = made;
    expect(one).toMatch(/^tg_[\w-]{43}$/);
    expect(new Set(made).size).toBe(1);
    expect(await readdir(folder)).toEqual(['operator-key']);
    expect(readOperatorKey(folder)).toBe(one);
    await writeFile(join(folder, 'operator-key'), '\n');
    expect(readOperatorKey(folder)).toBeNull();
    await expect(operatorKey(folder)).rejects.toThrow('is empty: delete it');
  });
});
