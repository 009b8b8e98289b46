/** PostgreSQL: the conformance suite, several processes on one database, and a server that goes away. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RunEvent } from '../../src/core/run-event.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { createDatabase, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { storeConformance } from './conformance.ts';
import { sampleAccept, sampleTree } from './sample-tasks.ts';
import { usageRebuild } from './usage-rebuild.ts';

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

storeConformance('postgres', async () => openAt(await createDatabase(await serverUrl())));
usageRebuild('postgres', async () => {
  const url = await createDatabase(await serverUrl());
  return () => openAt(url);
});

describe('postgres: several processes', () => {
  test('events reach the other process once and in order; stores that start at once migrate once', async () => {
    const url = await createDatabase(await serverUrl());
    const [one, other] = await Promise.all([openAt(url), openAt(url)]);
    const heard: RunEvent[] = [];
    other.events.subscribe((event) => heard.push(event));
    const tree = sampleTree('shared', 1);
    const { run } = await one.runs.accept(sampleAccept(tree, { newTasks: tree }));
    const event = { type: 'task-progress', taskId: 'shared', at: run.accepted_at, data: {} } as const;
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 === 0 ? one : other).runs.commit({ runId: run.run_id, events: [event] }),
      ),
    );
    await expect.poll(() => heard.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    await Promise.all([one.close(), other.close()]);
  });

  test('what a lost connection has committed is not reported as a failure', async () => {
    const proxy = await startCuttingProxy(await createDatabase(await serverUrl()));
    const store = await openAt(proxy.url);
    const tree = sampleTree('cut', 2);
    proxy.cutNextCommit();
    await store.tasks.create(tree);
    const input = sampleAccept(tree);
    proxy.cutNextCommit();
    const accepted = await store.runs.accept(input);
    expect(accepted).toMatchObject({ status: 'accepted', run: { run_id: input.runId, number: 1 } });
    expect((await store.runs.list({ taskId: 'cut', limit: 9, offset: 0 })).length).toBe(1);
    await store.close();
    await proxy.stop();
  });

  test('after an outage of LISTEN what was missed arrives, also of runs that have ended', async () => {
    const url = await createDatabase(await serverUrl());
    const proxy = await startCuttingProxy(url);
    const [one, other] = [await openAt(url), await openAt(proxy.url)];
    const heard: number[] = [];
    other.events.subscribe((event) => heard.push(event.seq));
    const tree = sampleTree('outage', 1);
    const { run } = await one.runs.accept(sampleAccept(tree, { newTasks: tree }));
    await expect.poll(() => heard).toEqual([1]);
    proxy.shut();
    const event = { type: 'task-progress', taskId: 'outage', at: run.accepted_at, data: {} } as const;
    await one.runs.commit({ runId: run.run_id, events: [event, event] });
    await one.runs.commit({ runId: run.run_id, end: { status: 'completed', error: null }, events: [event] });
    proxy.open();
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([1, 2, 3, 4]);
    await Promise.all([one.close(), other.close()]);
    await proxy.stop();
  });

  test('a delta too large for one notification arrives in parts, whole and in order', async () => {
    const url = await createDatabase(await serverUrl());
    const [one, other] = await Promise.all([openAt(url), openAt(url)]);
    let text = '';
    other.events.subscribe((event) => {
      text += String(event.data['text']);
    });
    const sent = `${'\u0001'.repeat(9_000)}${'😀ü'.repeat(5_000)}!`;
    const at = new Date().toISOString();
    one.events.publish({ runId: 'r', seq: 0, type: 'task-delta', taskId: 't', at, data: { text: sent } });
    await expect.poll(() => text === sent).toBe(true);
    await Promise.all([one.close(), other.close()]);
  });

  test('a lost server is unavailable, and work goes on when it is back', async () => {
    const server = await startPostgres();
    const store = await openAt(await createDatabase(server.url));
    await server.restart();
    await store.ping();
    await server.stop();
    await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 2 });
    await store.close();
  });
});
