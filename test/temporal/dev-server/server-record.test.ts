/** The pid file is believed only when the process it names is what it says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endProcess } from '../../../src/temporal/dev-server/end-process.ts';
import { processFacts } from '../../../src/temporal/dev-server/process-facts.ts';
import {
  hasOtherOwner,
  isRecordedServer,
  readServerRecord,
  type ServerRecord,
  thisProcess,
  writeServerRecord,
} from '../../../src/temporal/dev-server/server-record.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'taskgrove-record-'));
  path = join(folder, 'server.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function recordOf(pid: number): Promise<ServerRecord> {
  return {
    pid,
    startedAt: (await processFacts(pid))?.startedAt ?? '',
    port: 1,
    uiPort: 2,
    dbPath: '/data/temporal.db',
    namespace: 'taskgrove',
    cliPath: '/bin/temporal',
    owner: await thisProcess(),
  };
}

/** A process whose command line looks like the server's, or like something else. */
async function startSleeper(...words: string[]) {
  const child = spawn(process.execPath, ['-e', 'console.log(1);setInterval(() => {}, 1000)', ...words]);
  await once(child.stdout, 'data');
  return { child, pid: child.pid ?? 0 };
}

it('reads back what was written', async () => {
  const record = await recordOf(process.pid);
  await writeServerRecord(path, record);
  expect(await readServerRecord(path)).toEqual(record);
});

it('is nothing when absent, half written or something else', async () => {
  expect(await readServerRecord(path)).toBeNull();
  writeFileSync(path, '{"pid": 12');
  expect(await readServerRecord(path)).toBeNull();
  writeFileSync(path, '{"pid": 12}');
  expect(await readServerRecord(path)).toBeNull();
});

it('tells our server from a process that got its id later', async () => {
  const { child, pid } = await startSleeper('start-dev', '/data/temporal.db');
  const record = await recordOf(pid);
  expect(await isRecordedServer(record)).toBe(true);
  expect(await isRecordedServer({ ...record, startedAt: 'earlier' })).toBe(false);
  expect(await isRecordedServer({ ...record, dbPath: '/other/temporal.db' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isRecordedServer(record)).toBe(false);
});

it('knows another owner only while that one lives', async () => {
  const { pid } = await startSleeper();
  const record = await recordOf(process.pid);
  const owner = { pid, startedAt: (await processFacts(pid))?.startedAt ?? '' };
  expect(await hasOtherOwner(record)).toBe(false);
  expect(await hasOtherOwner({ ...record, owner })).toBe(true);
  await endProcess(pid, owner.startedAt);
  expect(await hasOtherOwner({ ...record, owner })).toBe(false);
});

it('never ends a process that is not the one meant', async () => {
  const { child, pid } = await startSleeper();
  await endProcess(pid, 'another start');
  expect(await processFacts(pid)).not.toBeNull();
  child.kill('SIGKILL');
});
