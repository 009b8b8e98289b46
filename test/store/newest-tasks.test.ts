/** Pages of `tasks.list` from memory are those of the table, whatever was written before and between. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isoMicros } from '../../src/core/time.ts';
import type { Store, TaskFilter } from '../../src/ports/store.ts';
import { KEPT_PLACES, NewestTasks } from '../../src/store/duckdb/newest-tasks.ts';
import { openStore } from '../../src/store/open-store.ts';
import { sampleAccept, sampleTree } from './sample-tasks.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
let dataDir: string;
let store: Store;
let serial = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'taskgrove-newest-'));
  store = await openStore({ databaseUrl: null, dataDir, logger: silent });
});
afterAll(async () => {
  await store?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A status makes the store ask the table. */
async function fromTable(filter: TaskFilter): Promise<string[]> {
  const all = await store.tasks.list({ ...filter, status: 'pending', limit: 100_000, offset: 0 });
  return all.slice(filter.offset, filter.offset + filter.limit).map(({ id }) => id);
}

function tree(userId: string, size: number, createdMs: number) {
  const created_at = isoMicros(createdMs);
  return sampleTree(`t${serial++}`, size).map((task) => ({ ...task, user_id: userId, created_at }));
}

it('agrees with the table after any writes', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('create' as const),
      size: fc.integer({ min: 1, max: 4 }),
      user: fc.nat(1),
      at: fc.nat(5),
    }),
    fc.record({
      kind: fc.constant('accept' as const),
      size: fc.integer({ min: 1, max: 4 }),
      user: fc.nat(1),
      at: fc.nat(5),
    }),
    fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }),
    fc.record({
      kind: fc.constant('list' as const),
      user: fc.nat(2),
      offset: fc.nat(4),
      limit: fc.integer({ min: 1, max: 6 }),
      rootOnly: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.uuid(), async (steps, scope) => {
      const ids: string[] = [];
      for (const one of steps) {
        if (one.kind === 'delete') {
          const id = ids.splice(one.pick % (ids.length || 1), 1)[0];
          if (id !== undefined) await store.tasks.delete((await store.tasks.tree(id)).map((task) => task.id));
        } else if (one.kind === 'list') {
          const filter = {
            ...(one.user === 2 ? {} : { userId: `${scope}-${one.user}` }),
            rootOnly: one.rootOnly,
            limit: one.limit,
            offset: one.offset,
          };
          const listed = (await store.tasks.list(filter)).map((task) => task.id);
          expect(listed).toEqual(await fromTable(filter));
        } else {
          const tasks = tree(`${scope}-${one.user}`, one.size, Date.UTC(2026, 0, 1) + one.at);
          ids.push(String(tasks[0]?.id));
          if (one.kind === 'create') await store.tasks.create(tasks);
          else {
            const { run } = await store.runs.accept(sampleAccept(tasks, { newTasks: tasks }));
            await store.runs.commit({ runId: run.run_id, end: { status: 'cancelled', error: null } });
            // The table is asked for pending tasks only.
            await store.tasks.delete(tasks.map((task) => task.id));
            ids.pop();
          }
        }
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

it('asks for rows beyond what it keeps, and keeps no more', async () => {
  const newest = new NewestTasks();
  const rows = Array.from({ length: KEPT_PLACES + 1 }, (_, index) => ({
    id: `id${index}`,
    task_tree_id: `id${index}`,
    tree_created_at: isoMicros(Date.UTC(2026, 0, 1) - index),
    position: 0,
  }));
  let reads = 0;
  const read = async () => {
    reads++;
    return rows;
  };
  const page = (offset: number, limit: number) => newest.page({ userId: 'a', offset, limit }, read);
  expect(await page(0, 2)).toEqual(['id0', 'id1']);
  expect(await page(KEPT_PLACES - 1, 1)).toEqual([`id${KEPT_PLACES - 1}`]);
  expect(await page(KEPT_PLACES, 1)).toBeNull();
  expect(reads).toBe(1);
  newest.deleted([{ id: 'id0', userId: 'a' }]);
  expect(await page(0, 1)).toEqual(['id1']);
  expect(await page(KEPT_PLACES - 1, 1)).toBeNull();
});

it('does not keep what was read while somebody wrote', async () => {
  const newest = new NewestTasks();
  const [task] = tree('a', 1, Date.UTC(2026, 0, 2));
  if (task === undefined) throw new Error('no task');
  const stale = async () => {
    newest.created([task]);
    return [];
  };
  await newest.page({ userId: 'a', offset: 0, limit: 5 }, stale);
  let wasAsked = false;
  await newest.page({ userId: 'a', offset: 0, limit: 5 }, async () => {
    wasAsked = true;
    return [];
  });
  expect(wasAsked).toBe(true);
});
