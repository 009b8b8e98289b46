/** What a crash takes of the usage rows is there again after the next start, and nothing twice. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isoMicros } from '../../src/core/time.ts';
import type { Store } from '../../src/ports/store.ts';
import { sampleAccept, sampleOutcome, sampleTree } from './sample-tasks.ts';
import { sampleStep } from './step-conformance.ts';
import { sampleUsage, usageOf } from './usage-conformance.ts';

/** `prepare` gives what opens one and the same database again and again. */
export function usageRebuild(name: string, prepare: () => Promise<() => Promise<Store>>): void {
  describe(`${name}: usage after a crash`, () => {
    test('rows that were not stored are made from the runs', async () => {
      const reopen = await prepare();
      const userId = `user-${randomUUID()}`;
      const first = await reopen();
      const tree = sampleTree('crashed', 4);
      const accept = sampleAccept(tree, {
        newTasks: tree,
        userId,
        options: { plan: 'premium' },
        carried: [sampleOutcome('crashed-1', { attempts: 5 })],
      });
      const plan = { ...accept.plan, state: 'pcpp' };
      const { run } = await first.runs.accept({ ...accept, plan });
      const startedAt = isoMicros(Date.now() - 40);
      const tokenUsage = { prompt_tokens: 3, completion_tokens: 4, model: 'm', cost_nano_usd: 11 };
      // Without `attempts` a commit leaves the same as one whose rows were still in memory.
      await first.runs.commit({
        runId: run.run_id,
        outcomes: [
          sampleOutcome('crashed-2', { attempts: 3, startedAt, tokenUsage }),
          sampleOutcome('crashed-3', { attempts: 2, status: 'in_progress', completedAt: null }),
        ],
      });
      const stored = sampleUsage({ runId: run.run_id, userId, taskId: 'crashed-2', outcome: 'failed' });
      first.usage.add([{ ...stored, endedAtMs: Date.now(), durationMs: 77 }]);
      await first.close();

      const second = await reopen();
      const rows = await usageOf(second, userId);
      const key = (row: (typeof rows)[number]) => `${row.taskId}/${row.attempt}`;
      rows.sort((left, right) => (key(left) < key(right) ? -1 : 1));
      expect(rows.map((row) => [key(row), row.outcome, row.durationMs === null])).toEqual([
        ['crashed-2/1', 'failed', false],
        ['crashed-2/2', 'failed', true],
        ['crashed-2/3', 'completed', false],
        ['crashed-3/1', 'failed', true],
        ['crashed-3/2', 'failed', true],
      ]);
      expect(rows[0]?.durationMs).toBe(77);
      expect(rows[2]).toMatchObject({
        ...{ executor: 'x', model: 'm', inputTokens: 3, outputTokens: 4, costNanoUsd: 11 },
        ...{ plan: 'premium', runId: run.run_id },
      });
      await second.runs.commit({
        runId: run.run_id,
        outcomes: [sampleOutcome('crashed', { attempts: 1, startedAt })],
        end: { status: 'completed', error: null },
      });
      await second.close();

      const third = await reopen();
      await third.close();
      const fourth = await reopen();
      const after = await usageOf(fourth, userId);
      expect(after.map(key).sort()).toEqual(['/1', 'crashed/1', ...rows.map(key)].sort());
      await fourth.close();
    });

    test('a task with steps: each attempt gets what its steps used', async () => {
      const reopen = await prepare();
      const userId = `user-${randomUUID()}`;
      const first = await reopen();
      const tree = sampleTree('stepped', 2);
      const { run } = await first.runs.accept(sampleAccept(tree, { newTasks: tree, userId }));
      const used = (tokens: number) => ({ prompt_tokens: tokens, completion_tokens: 1, model: 'm' });
      const step = (path: string, attempt: number, tokens: number) =>
        sampleStep('stepped-1', path, { attempt, tokenUsage: used(tokens), attemptUsage: used(tokens) });
      await first.runs.commit({
        runId: run.run_id,
        outcomes: [sampleOutcome('stepped-1', { attempts: 2, tokenUsage: used(60) })],
        steps: [step('0', 1, 10), step('1', 2, 50), step('1.c0.0', 2, 20)],
      });
      await first.close();
      const second = await reopen();
      const rows = (await usageOf(second, userId)).filter(({ taskId }) => taskId === 'stepped-1');
      rows.sort((left, right) => left.attempt - right.attempt);
      expect(rows).toMatchObject([
        { attempt: 1, outcome: 'failed', inputTokens: 10 },
        { attempt: 2, outcome: 'completed', inputTokens: 50 },
      ]);
      await second.close();
    });
  });
}
