/** The ledger in PostgreSQL: the conformance suite, three processes that count together, and what a killed one leaves. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createDatabase, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { killReserving } from './kill-reserving.ts';
import { ledgerConformance, NOON, openLedger, reserve, someone, start } from './ledger-conformance.ts';
import { raceRounds } from './race.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let own: TestPostgres | null = null;
const openAt = (databaseUrl: string) => openStore({ databaseUrl, dataDir: '', logger: silent });

async function serverUrl(): Promise<string> {
  const shared = (inject as (key: string) => unknown)('postgresUrl');
  if (typeof shared === 'string') return shared;
  own ??= await startPostgres();
  return own.url;
}
beforeAll(serverUrl);
afterAll(() => own?.stop());

ledgerConformance('postgres', async () => openAt(await createDatabase(await serverUrl())));

test('500 starts at once by 20 users on 3 processes for 100 places: exactly 100, round after round', async () => {
  const url = await createDatabase(await serverUrl());
  const stores = await Promise.all([openAt(url), openAt(url), openAt(url)]);
  const clock = { ms: NOON };
  const limits = { dailyPerUser: 5 };
  await raceRounds({ stores, open: (at) => openLedger(at, { clock, limits }), clock, rounds: 5 });
  for (const store of stores) await store.close();
});

test('the places of everybody are never more than there are, over 3 processes', async () => {
  const url = await createDatabase(await serverUrl());
  const stores = await Promise.all([openAt(url), openAt(url), openAt(url)]);
  const options = { limits: { concurrent: 10, dailyPerUser: 1_000 } };
  const ledgers = await Promise.all(stores.map((store) => openLedger(store, options)));
  const results = await Promise.allSettled(
    Array.from({ length: 90 }, (_, turn) => reserve(ledgers[turn % 3] as (typeof ledgers)[0], someone())),
  );
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(10);
  for (const result of results)
    if (result.status === 'rejected')
      expect(AppError.is(result.reason) && result.reason.details).toMatchObject({
        reason: 'system_concurrency_limit_exceeded',
        max_concurrent: 10,
      });
  expect(await ledgers[1]?.systemStats()).toMatchObject({ total_concurrent: 10, max_concurrent: 10 });
  for (const ledger of ledgers) ledger.close();
  for (const store of stores) await store.close();
});

test('what a killed process had reserved is taken back within a minute; what was stored stays', async () => {
  const url = await createDatabase(await serverUrl());
  const store = await openAt(url);
  const clock = { ms: Date.now() };
  const ledger = await openLedger(store, { clock });
  const user = someone();
  await killReserving(url, 2, user.userId);
  await start(store, ledger, user);
  await expect(reserve(ledger, user)).rejects.toMatchObject({ code: 'quota_exceeded' });
  expect(await ledger.reclaim()).toBe(0);
  clock.ms = Date.now() + 31_000;
  // Two reservations: two uses (tree, address) and a place each.
  expect(await ledger.reclaim()).toBe(6);
  expect(await ledger.info(user)).toMatchObject({ total_used: 1 });
  expect(await ledger.systemStats()).toMatchObject({ total_concurrent: 1 });
  ledger.close();
  await store.close();
});

test('who was too slow to store what it had reserved stores nothing', async () => {
  const store = await openAt(await createDatabase(await serverUrl()));
  const clock = { ms: NOON };
  const ledger = await openLedger(store, { clock });
  const { uses } = await reserve(ledger, someone());
  clock.ms += 31_000;
  expect(await ledger.reclaim()).toBe(3);
  await expect(store.uses.record(uses)).rejects.toMatchObject({ code: 'unavailable' });
  ledger.close();
  await store.close();
});
