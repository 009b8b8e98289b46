/** Idempotency records go when they have had their day, while the store is open, and younger ones stay. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { isoMicros } from '../../src/core/time.ts';
import { DuckdbDatabase } from '../../src/store/duckdb/duckdb-database.ts';
import { keepPurging } from '../../src/store/keep-purging.ts';
import type { Database } from '../../src/store/session.ts';

const DAY_MS = 86_400_000;

it('removes what is older than a day, at the start and again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'taskgrove-purge-'));
  const file = new DuckdbDatabase({ path: join(folder, 'x.duckdb'), memoryLimitMb: 64, threads: 1 });
  await file.open();
  const database: Database = {
    read: (work) => file.read(work),
    write: (work) => file.read(work),
  };
  const put = (key: string, ageMs: number) =>
    database.write((session) =>
      session.insert('idempotency', [
        {
          user_id: 'u',
          method: 'm',
          key,
          body_hash: '',
          answer: '{}',
          created_at: isoMicros(Date.now() - ageMs),
        },
      ]),
    );
  const keys = async () =>
    (await database.read((session) => session.query('SELECT key FROM idempotency ORDER BY key'))).map(
      (row) => row['key'],
    );
  await put('old', DAY_MS + 60_000);
  await put('young', DAY_MS - 60_000);
  const logger = { info: () => undefined, warn: vi.fn(), error: () => undefined };
  const stop = await keepPurging(database, logger, 20);
  onTestFinished(async () => {
    await stop();
    file.close();
    await rm(folder, { recursive: true, force: true });
  });
  expect(await keys()).toEqual(['young']);
  await put('later', 2 * DAY_MS);
  await vi.waitFor(async () => expect(await keys()).toEqual(['young']), { timeout: 5_000 });
  expect(logger.warn).not.toHaveBeenCalled();
});
