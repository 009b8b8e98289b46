/** DuckDB: the conformance suite, and what only an embedded file can do wrong. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { storeConformance } from './conformance.ts';
import { sampleAccept, sampleOutcome, sampleTask, sampleTree } from './sample-tasks.ts';
import { usageRebuild } from './usage-rebuild.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const folders: string[] = [];
async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'taskgrove-store-'));
  folders.push(folder);
  return folder;
}
const openIn = (dataDir: string) => openStore({ databaseUrl: null, dataDir, logger: silent });
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

storeConformance('duckdb', async () => openIn(await freshFolder()));
usageRebuild('duckdb', async () => {
  const folder = await freshFolder();
  return () => openIn(folder);
});

describe('duckdb: the file', () => {
  test('only the guilty member of a group sees the error', async () => {
    const store = await openIn(await freshFolder());
    await store.tasks.create([sampleTask('taken')]);
    const results = await Promise.allSettled(
      ['a', 'b', 'taken', 'c'].map((id) => store.tasks.create([sampleTask(id)])),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((await store.tasks.getMany(['a', 'b', 'c'])).length).toBe(3);
    await store.close();
  });

  test('a database of a newer version says so, and is not called damaged', async () => {
    const folder = await freshFolder();
    await (await openIn(folder)).close();
    const instance = await DuckDBInstance.create(join(folder, 'taskgrove.duckdb'));
    const connection = await instance.connect();
    await connection.run(`INSERT INTO schema_migrations VALUES ('9999-of-tomorrow', '2027-01-01T00:00:00Z')`);
    connection.closeSync();
    instance.closeSync();
    await expect(openIn(folder)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('another version'),
    });
  });

  test('what was committed is there after reopening, active runs too', async () => {
    const folder = await freshFolder();
    const tree = sampleTree('kept', 2);
    const first = await openIn(folder);
    const { run } = await first.runs.accept(sampleAccept(tree, { newTasks: tree }));
    await first.close();
    const second = await openIn(folder);
    expect((await second.runs.accept(sampleAccept(tree))).status).toBe('already_running');
    const { events } = await second.runs.commit({
      runId: run.run_id,
      events: [{ type: 'run-paused', taskId: null, at: run.accepted_at, data: {} }],
    });
    expect(events[0]?.seq).toBe(2);
    await second.close();
  });

  test('a question asked of an empty table is answered anew when there is something', async () => {
    const store = await openIn(await freshFolder());
    expect(await store.runs.active({ limit: 10 })).toEqual([]);
    expect(await store.runs.list({ status: 'in_progress', limit: 10, offset: 0 })).toEqual([]);
    expect(await store.tasks.list({ rootOnly: true, limit: 10, offset: 0 })).toEqual([]);
    const tree = sampleTree('late', 2);
    const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
    expect((await store.runs.active({ limit: 10 })).map(({ run_id }) => run_id)).toEqual([run.run_id]);
    expect((await store.runs.list({ status: 'in_progress', limit: 10, offset: 0 })).length).toBe(1);
    expect((await store.tasks.list({ rootOnly: true, limit: 10, offset: 0 })).length).toBe(1);
    await store.close();
  });

  test('a large result among thousands of small rows does not eat the memory', async () => {
    const folder = await freshFolder();
    const tree = sampleTree('wide', 3_000);
    const first = await openIn(folder);
    const { run } = await first.runs.accept(sampleAccept(tree, { newTasks: tree }));
    const large = 'x'.repeat(2_000_000);
    const outcomes = (from: number, to: number) =>
      tree
        .slice(from, to)
        .map(({ id }, index) => sampleOutcome(id, index === 0 ? { result: large } : { result: null }));
    await first.runs.commit({ runId: run.run_id, outcomes: outcomes(0, 1_500) });
    // Closing writes what is in the log into the tables.
    await first.close();
    const second = await openIn(folder);
    await second.runs.commit({ runId: run.run_id, outcomes: outcomes(1_500, 3_000) });
    expect(await second.runs.result(run.run_id, 'wide')).toBe(large);
    expect((await second.runs.outcomes(run.run_id)).length).toBe(3_000);
    await second.close();
  });

  test('a second process is refused with the way out', async () => {
    const folder = await freshFolder();
    const store = await openIn(folder);
    const script = `import { openStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/open-store.ts'))};
      const log = { info() {}, warn() {}, error() {} };
      await openStore({ databaseUrl: null, dataDir: ${JSON.stringify(folder)}, logger: log }).then(
        () => console.log('opened'), (error) => console.log(error.code, error.message));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(said).toContain('unavailable');
    expect(said).toContain('taskgrove.duckdb');
    expect(said).toContain(`pid ${process.pid}`);
    expect(said).toContain('DATABASE_URL=postgres://');
    await store.close();
  });

  test('a corrupt file is named', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'taskgrove.duckdb'), 'this is no database, '.repeat(1_000));
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'store_corrupt' });
  });
});
