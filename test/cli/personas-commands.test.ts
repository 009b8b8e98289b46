/** `taskgrove personas` against the real API. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import type { IdentityResolver } from '../../src/ports/identity.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startTestApi, type TestApi } from '../api/support/test-api.ts';
import { startWireServer } from './wire-server.ts';

/** The key is the user; `root` is an admin. */
const identity: IdentityResolver = {
  resolve: async ({ headers }) => {
    const userId = String(headers['x-api-key'] ?? 'nobody');
    const isAdmin = userId === 'root';
    return {
      userId,
      roles: [isAdmin ? 'admin' : 'user'],
      isAdmin,
      source: 'api_key',
      credential: 'header',
      plan: 'free',
      fingerprint: 'x',
      ipHash: 'x',
      isGuest: false,
    };
  },
};
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let api: TestApi;
let folder: string;
let close: () => Promise<void>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taskgrove-cli-'));
  const store = await openStore({ databaseUrl: null, dataDir: folder, logger: silent });
  api = await startTestApi(store, { deps: { identity } });
  close = () => store.close();
});
afterAll(async () => {
  await api.stop();
  await close();
  await rm(folder, { recursive: true, force: true });
});

async function cli(user: string, args: string[], input = '', url = api.url) {
  let [out, err] = ['', ''];
  const code = await runCli(['--url', url, '--api-key', user, 'personas', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readInput: async () => input,
    inputLines: async function* () {},
    operatorKey: () => null,
    isTerminal: true,
    hasColors: false,
    columns: () => 120,
    rows: () => 24,
    runServer: async () => 0,
  });
  return { code, out, err };
}
const ADD = [
  'add',
  '--name',
  'Noor',
  '--occupation',
  'Pharmacist',
  '--location',
  'Amman',
  '--tech',
  'Medium',
];

describe('one by one', () => {
  it('adds, shows, edits, duplicates and deletes', async () => {
    const made = await cli('ann', [...ADD, '--trait', 'compares prices', '--trait', 'asks first']);
    expect(made.out).toMatch(
      /^13 {2}Noor\nPharmacist, Amman; technology: Medium\n- compares prices\n- asks first\nOf ann, version 1\n$/,
    );
    const edited = await cli('ann', ['-o', 'json', 'edit', '13', '--location', 'Irbid', '--if-version', '1']);
    expect(JSON.parse(edited.out)).toMatchObject({ name: 'Noor', location: 'Irbid', version: 2 });
    const late = await cli('ann', ['edit', '13', '--name', 'x', '--if-version', '1']);
    expect([late.code, late.err]).toEqual([3, expect.stringContaining('changed meanwhile')]);
    expect((await cli('ann', ['edit', '13'])).code).toBe(2);
    expect((await cli('ann', ['duplicate', '3', '--name', 'My Rosa'])).out).toContain('14  My Rosa');
    expect((await cli('ann', ['get', '3'])).out).toContain('Comes with the server');
    expect((await cli('bob', ['get', '13'])).err).toContain('Persona 13 not found');
    expect((await cli('ann', ['delete', '3'])).err).toContain('duplicate it');
    expect((await cli('ann', ['delete', '13'])).out).toBe('Deleted persona 13.\n');
    expect((await cli('ann', ['delete', 'x'])).err).toContain("'x' is not the number of a persona");
    expect((await cli('ann', ['add', '--name', 'x'])).code).toBe(2);
  });

  it('lists as a table', async () => {
    const { out } = await cli('ann', ['list', '--limit', '2', '--only', 'shipped', '--tech', 'High']);
    expect(out).toContain('Tunde Adeyemi');
    expect(out).toContain('(shipped)');
    expect(out).toContain('4 in all: --limit shows more');
    expect((await cli('ann', ['list', '--search', 'bakery'])).out).toContain('Rosa Villanueva');
  });
});

describe('as files', () => {
  it('exports what it can import', async () => {
    const exported = await cli('ann', ['export', '--only', 'shipped']);
    expect(JSON.parse(exported.out)).toHaveLength(12);
    const file = join(folder, 'mine.json');
    await writeFile(file, exported.out);
    expect((await cli('eve', ['import', file])).out).toBe('12 imported\n');
    expect((await cli('eve', ['import', '-'], exported.out)).out).toBe(
      '0 imported, 12 skipped: you had them\n',
    );
    expect((await cli('eve', ['import', '-'], '{')).err).toContain('standard input is not JSON');
    expect((await cli('eve', ['import', '-'], '{}')).err).toContain('is not a list');
    expect((await cli('eve', ['import', join(folder, 'none.json')])).code).toBe(2);
  });

  it('backs up and restores for admins', async () => {
    expect((await cli('ann', ['backup'])).code).toBe(3);
    expect((await cli('root', ['backup'])).out).toMatch(
      /personas, \d+ bytes: personas_backup\.json\nsha256 \w{64}\n$/,
    );
    const saved = await cli('root', ['export', '--with-owners']);
    await cli('eve', ['delete', '15']);
    expect((await cli('root', ['restore', '--file', '-'], saved.out)).out).toMatch(
      /: 1 added, 0 changed, 0 removed\n$/,
    );
    expect((await cli('eve', ['get', '15'])).code).toBe(0);
    expect((await cli('root', ['restore', '--source', 's3'])).err).toContain('PERSONA_BACKUP_S3_BUCKET');
    const state = await cli('ann', ['backups']);
    expect(state.out).toMatch(/personas\.json +ok/);
    expect(state.out).toContain('They have every change.');
  });
});

it('makes them up as a task', async () => {
  await using server = await startWireServer();
  const personas = [
    {
      name: 'Ada',
      occupation: 'Clerk',
      location: 'Bern',
      tech_proficiency: 'Low',
      behavioral_traits: ['waits'],
    },
  ];
  server.on('tasks.execute', () => ({
    result: {
      success: true,
      root_task_id: 't',
      status: 'started',
      result: { personas, count: 1, saved: false, model: null, repairs: 0 },
    },
  }));
  const made = await cli(
    'ann',
    ['generate', '--product', 'A lamp', '--audience', 'readers', '--count', '1'],
    '',
    server.url,
  );
  expect(made.out).toContain('Ada');
  expect(made.out).toContain('Made from templates, no model was asked. Not saved: --save keeps them.');
  expect(server.calls[0]?.params).toMatchObject({
    tasks: [
      {
        schemas: { method: 'persona_generate_executor' },
        inputs: { product: 'A lamp', audience: 'readers', count: 1 },
      },
    ],
  });
  server.on('tasks.execute', () => ({
    result: { success: false, root_task_id: 't', status: 'started', error: 'no more' },
  }));
  expect(await cli('ann', ['generate', '--product', 'x'], '', server.url)).toMatchObject({
    code: 1,
    err: 'no more\n',
  });
});
