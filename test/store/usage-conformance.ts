/** What every store must do with usage rows. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { uuidV7 } from '../../src/core/ids.ts';
import type { AttemptUsage, UsageRow } from '../../src/core/usage.ts';
import type { Store } from '../../src/ports/store.ts';
import { sampleAccept, sampleOutcome, sampleTree } from './sample-tasks.ts';

const DAY = Date.parse('2026-03-05T00:00:00Z');
const DAY_MS = 86_400_000;

export function sampleUsage(fields: Partial<UsageRow> = {}): UsageRow {
  return {
    runId: uuidV7(),
    userId: 'user-1',
    plan: 'free',
    taskId: 'task',
    generation: 0,
    attempt: 1,
    executor: 'x_executor',
    model: null,
    isDemo: false,
    outcome: 'completed',
    endedAtMs: DAY,
    durationMs: 10,
    inputTokens: null,
    outputTokens: null,
    costNanoUsd: null,
    ...fields,
  };
}

const run = (fields: Partial<UsageRow> = {}) => sampleUsage({ taskId: '', executor: null, ...fields });
async function pagesOf(store: Store, userId: string, pageSize?: number): Promise<UsageRow[][]> {
  const pages: UsageRow[][] = [];
  for await (const page of store.usage.pages({ userId }, pageSize)) pages.push(page);
  return pages;
}
/** Every stored row of a user. */
export const usageOf = async (store: Store, userId: string) => (await pagesOf(store, userId)).flat();

/** Called inside the suite of a store. */
export function usageConformance(open: () => Store): void {
  describe('usage', () => {
    test('a summary adds up: outcomes, demo, percentiles, tokens, money beyond 32 bits', async () => {
      const userId = `user-${randomUUID()}`;
      const spent = { model: 'm-1', inputTokens: 3_000_000_000, outputTokens: 7, costNanoUsd: 9_000_000_001 };
      open().usage.add([
        ...Array.from({ length: 20 }, (_, index) => sampleUsage({ userId, durationMs: index + 1 })),
        sampleUsage({ userId, ...spent, durationMs: 1_000 }),
        sampleUsage({ userId, ...spent, costNanoUsd: null, outcome: 'failed', durationMs: null }),
        sampleUsage({ userId, isDemo: true, outcome: 'cancelled', durationMs: 5 }),
        run({ userId, durationMs: 70 }),
        run({ userId, durationMs: 80, outcome: 'failed' }),
      ]);
      const [total, ...others] = await open().usage.summary({ userId, groupBy: [], limit: 10 });
      expect(others).toEqual([]);
      expect(total).toEqual({
        keys: {},
        runs: { completed: 1, failed: 1, cancelled: 0 },
        runMs: { p50: 70, p95: 80 },
        attempts: { completed: 21, failed: 1, cancelled: 1 },
        attemptMs: { p50: 10, p95: 20 },
        demoAttempts: 1,
        inputTokens: 6_000_000_000,
        outputTokens: 14,
        costNanoUsd: 9_000_000_001,
        unpricedAttempts: 1,
      });
    });

    test('groups by user, executor, model and UTC day, alone and together; filters; limits', async () => {
      const one = `user-${randomUUID()}`;
      const executor = `e-${randomUUID()}`;
      open().usage.add([
        sampleUsage({ userId: one, executor, endedAtMs: DAY - 1 }),
        sampleUsage({ userId: one, executor, endedAtMs: DAY, model: 'm' }),
        sampleUsage({ userId: one, executor, endedAtMs: DAY + DAY_MS - 1 }),
        sampleUsage({ userId: `${one}-b`, executor, endedAtMs: DAY }),
        sampleUsage({ userId: one, executor: null }),
        run({ userId: one }),
      ]);
      const summary = async (groupBy: Parameters<Store['usage']['summary']>[0]['groupBy'], filter = {}) =>
        (await open().usage.summary({ groupBy, limit: 100, ...filter })).map(
          ({ keys, attempts, runs }) => [...Object.values(keys), attempts.completed, runs.completed] as const,
        );
      expect(await summary(['user'], { executor })).toEqual([
        [one, 3, 0],
        [`${one}-b`, 1, 0],
      ]);
      expect(await summary(['day'], { userId: one })).toEqual([
        ['2026-03-04', 1, 0],
        ['2026-03-05', 3, 1],
      ]);
      expect(await summary(['executor'], { userId: one })).toEqual([
        [executor, 3, 0],
        [null, 1, 0],
      ]);
      expect(await summary(['model', 'day'], { executor, userId: one })).toEqual([
        [null, '2026-03-04', 1, 0],
        ['m', '2026-03-05', 1, 0],
        [null, '2026-03-05', 1, 0],
      ]);
      expect(await summary([], { executor, fromMs: DAY, toMs: DAY + 1 })).toEqual([[2, 0]]);
      expect(await summary([], { executor, model: 'm' })).toEqual([[1, 0]]);
      expect((await open().usage.summary({ groupBy: ['user'], executor, limit: 1 })).length).toBe(1);
      expect(await summary([], { userId: 'nobody' })).toEqual([[0, 0]]);
      expect(await summary(['user'], { userId: 'nobody' })).toEqual([]);
    });

    test('pages give every row once, in the order of its end', async () => {
      const userId = `user-${randomUUID()}`;
      const rows = Array.from({ length: 25 }, (_, index) =>
        sampleUsage({ userId, taskId: `t-${index % 3}`, endedAtMs: DAY + (index % 4), attempt: index + 1 }),
      );
      open().usage.add(rows);
      const pages = await pagesOf(open(), userId, 7);
      expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 4]);
      const read = pages.flat();
      expect(read.map((row) => row.endedAtMs)).toEqual(rows.map((row) => row.endedAtMs).sort());
      expect(new Set(read)).toHaveLength(25);
      expect(read).toEqual(expect.arrayContaining(rows));
    });

    test('Parquet holds what the filter lets through', async () => {
      const userId = `user-${randomUUID()}`;
      const folder = await mkdtemp(join(tmpdir(), "taskgrove-usage-'-"));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      open().usage.add([
        sampleUsage({ userId, costNanoUsd: 5_000_000_000, inputTokens: 1, model: 'm' }),
        run({ userId, endedAtMs: DAY + 1 }),
        run({ userId, endedAtMs: DAY + 10 }),
      ]);
      const path = join(folder, 'usage.parquet');
      await open().usage.writeParquet({ userId, toMs: DAY + 10 }, path);
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      const file = path.replaceAll("'", "''");
      const read = await connection.runAndReadAll(`SELECT * FROM '${file}' ORDER BY ended_at`);
      expect(read.getRowObjectsJS()).toMatchObject([
        { kind: 'task', ended_at: new Date(DAY), cost_nano_usd: 5_000_000_000n, model: 'm', demo: false },
        { kind: 'run', ended_at: new Date(DAY + 1), task_id: null, executor: null },
      ]);
      connection.closeSync();
    });

    test('purge takes what ended before, and only that', async () => {
      const userId = `user-${randomUUID()}`;
      const old = Date.parse('2001-01-01T00:00:00Z');
      open().usage.add([
        sampleUsage({ userId, endedAtMs: old }),
        sampleUsage({ userId, endedAtMs: old + 1 }),
      ]);
      await open().usage.flush();
      await open().usage.purge(old + 1);
      expect((await usageOf(open(), userId)).map((row) => row.endedAtMs)).toEqual([old + 1]);
    });

    test('commits bring rows: of attempts whose outcome stands, and of the run when it ends', async () => {
      const userId = `user-${randomUUID()}`;
      const tree = sampleTree(`used-${randomUUID()}`, 1);
      const [root] = tree;
      const accepted = await open().runs.accept(sampleAccept(tree, { newTasks: tree, userId }));
      const runId = accepted.run.run_id;
      const taskId = root?.id ?? '';
      const { runId: _r, userId: _u, plan: _p, ...attempt } = sampleUsage({ taskId, endedAtMs: Date.now() });
      const commit = (number: number, status: 'in_progress' | 'completed' | 'failed', isEnd = false) => {
        const used: AttemptUsage = {
          ...attempt,
          attempt: number,
          outcome: status === 'completed' ? 'completed' : 'failed',
        };
        const outcomes = [sampleOutcome(taskId, { status, attempts: number })];
        const end = isEnd ? { end: { status: 'completed' as const, error: null } } : {};
        return open().runs.commit({ runId, outcomes, attempts: [used], userPlan: 'premium', ...end });
      };
      await commit(1, 'in_progress');
      await commit(2, 'completed');
      await commit(3, 'failed');
      await commit(3, 'failed', true);
      await commit(3, 'failed', true);
      const rows = await usageOf(open(), userId);
      const seen = rows.map((row) => [row.taskId, row.attempt, row.outcome, row.plan, row.runId]);
      expect(seen.sort()).toEqual([
        ['', 1, 'completed', 'premium', runId],
        [taskId, 1, 'failed', 'premium', runId],
        [taskId, 2, 'completed', 'premium', runId],
      ]);
    });
  });
}
