/** Two processes on one PostgreSQL: their files never go back, whether they share a folder or not. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, inject, test } from 'vitest';
import { type StartedPersonas, startPersonas } from '../../src/personas/start-personas.ts';
import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { samplePersona } from '../store/persona-conformance.ts';
import { createDatabase, startPostgres, type TestPostgres } from '../support/postgres.ts';

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function freshUrl(): Promise<string> {
  const shared = (inject as (key: string) => unknown)('postgresUrl');
  if (typeof shared === 'string') return createDatabase(shared);
  const own: TestPostgres = await startPostgres();
  undo.push(() => own.stop());
  return createDatabase(own.url);
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'taskgrove-shared-'));
  undo.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function start(
  databaseUrl: string,
  dataDir: string,
): Promise<{ store: Store; personas: StartedPersonas }> {
  const store = await openStore({ databaseUrl, dataDir, logger });
  undo.push(() => store.close());
  const personas = await startPersonas({
    store: store.personas,
    dataDir,
    mostPerUser: 500,
    logger,
    cloud: null,
    now: Date.now,
    catchUpEveryMs: 50,
  });
  undo.push(() => personas.close());
  return { store, personas };
}

const namesIn = async (path: string) =>
  (JSON.parse(await readFile(path, 'utf8')) as { name: string }[]).map(({ name }) => name);

test('in one folder every answered change is in the file, and the last state stays', async () => {
  const [url, dataDir] = [await freshUrl(), await folder()];
  const [one, other] = await Promise.all([start(url, dataDir), start(url, dataDir)]);
  expect((await one.store.personas.list({ viewer: null, limit: 99, offset: 0 })).total).toBe(12);
  const file = join(dataDir, 'personas.json');
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const { personas } = index % 2 === 0 ? one : other;
      await personas.create('ann', [samplePersona({ name: `P ${index}` })]);
      expect(await namesIn(file)).toContain(`P ${index}`);
    }),
  );
  const { personas: all } = await other.store.personas.list({ viewer: null, limit: 99, offset: 0 });
  expect(await namesIn(file)).toEqual(all.map(({ name }) => name));
  expect(new Set(all.map(({ id }) => id)).size).toBe(52);
});

test('in folders of their own each follows the other', async () => {
  const [url, ours, theirs] = [await freshUrl(), await folder(), await folder()];
  const one = await start(url, ours);
  await start(url, theirs);
  await one.personas.create('ann', [samplePersona({ name: 'Seen elsewhere' })]);
  await expect.poll(() => namesIn(join(theirs, 'personas_backup.json'))).toContain('Seen elsewhere');
});
