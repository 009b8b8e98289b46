/** The ledger in memory over DuckDB: the conformance suite and the race for the last places. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { killReserving } from './kill-reserving.ts';
import { ledgerConformance, NOON, openLedger, someone } from './ledger-conformance.ts';
import { raceRounds } from './race.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const folders: string[] = [];

async function open() {
  const dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-ledger-'));
  folders.push(dataDir);
  return openStore({ databaseUrl: null, dataDir, logger: silent });
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

ledgerConformance('embedded', open);

test('500 starts at once by 20 users for 100 places: exactly 100, round after round', async () => {
  const store = await open();
  const clock = { ms: NOON };
  const limits = { dailyPerUser: 5 };
  await raceRounds({ stores: [store], open: (at) => openLedger(at, { clock, limits }), clock, rounds: 5 });
  expect(await store.runs.countActive()).toBe(0);
  await store.close();
});

test('a process that was killed between reserving and storing has counted nothing', async () => {
  const store = await open();
  await store.close();
  const dataDir = folders.at(-1) as string;
  const user = someone();
  await killReserving(dataDir, 2, user.userId);
  const again = await openStore({ databaseUrl: null, dataDir, logger: silent });
  const ledger = await openLedger(again, { clock: { ms: Date.now() } });
  expect(await ledger.info(user)).toMatchObject({ total_used: 0 });
  expect(await ledger.systemStats()).toMatchObject({ total_concurrent: 0 });
  ledger.close();
  await again.close();
});
