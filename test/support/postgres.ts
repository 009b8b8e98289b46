/** A throw-away PostgreSQL for tests, from the server programs the machine has. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

export interface TestPostgres {
  readonly url: string;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

/** Throws when no server programs are found (`apt-get install postgresql`). */
export async function startPostgres(): Promise<TestPostgres> {
  const programs = findPrograms();
  const account = accountFor();
  const folder = await mkdtemp(join(tmpdir(), 'taskgrove-postgres-'));
  if (account !== null) await chown(folder, account.uid, account.gid);
  const data = join(folder, 'data');
  const call = (program: string, args: string[]) =>
    run(join(programs, program), args, { cwd: folder, ...(account ?? {}) });
  await call('initdb', [
    '-D',
    data,
    '-U',
    'taskgrove',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
  ]);
  let port = await freePort();
  const start = () => {
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`;
    return call('pg_ctl', ['-D', data, '-w', '-t', '60', '-l', join(folder, 'log'), '-o', settings, 'start']);
  };
  const halt = () => call('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop']);
  try {
    await start();
  } catch {
    // A port that was free may be taken by somebody else's test a moment later; what else is wrong stays wrong.
    port = await freePort();
    await start();
  }
  return {
    url: `postgres://taskgrove@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
    restart: async () => {
      await halt();
      await start();
    },
  };
}

let databases = 0;

/** A fresh database on the same server; returns its URL. */
export async function createDatabase(url: string): Promise<string> {
  const name = `test_${process.pid}_${Date.now()}_${databases++}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return fresh.href;
}

function findPrograms(): string {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(base, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (found === undefined) throw new Error('No PostgreSQL server programs found: apt-get install postgresql');
  return found;
}

/** PostgreSQL refuses to run as root. */
function accountFor(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The account does not exist here: the next one.
    }
  }
  throw new Error('Neither the account postgres nor nobody exists');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
