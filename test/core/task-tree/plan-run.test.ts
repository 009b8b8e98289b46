/** Which tasks a run covers, which results it keeps, and how an executor and a policy become a plan. */
import { describe, expect, it } from 'vitest';
import type { TaskRecord } from '../../../src/core/task.ts';
import { type PlanRunOptions, planRun } from '../../../src/core/task-tree/plan-run.ts';
import { validateTree } from '../../../src/core/task-tree/validate-tree.ts';

const EXECUTORS = {
  quick: { id: 'quick', placement: 'inline', batchable: false },
  slow: { id: 'slow', placement: 'activity', batchable: true, timeoutMs: 1000, maxAttempts: 3 },
  wait: { id: 'wait', placement: 'wait', batchable: false },
} as const;

/** root(a, b(b1), c): c needs a; b1 may use a. */
function tree(changes: Record<string, Partial<TaskRecord>> = {}): TaskRecord[] {
  const task = (id: string, parent: string | null, method: string, more: object = {}) => ({
    id,
    name: id,
    ...(parent === null ? {} : { parent_id: parent }),
    ...(method === '' ? {} : { schemas: { method } }),
    ...more,
  });
  const posted = [
    task('root', null, ''),
    task('a', 'root', 'slow', { policy: { timeout_ms: 5, backoff_ms: 7 } }),
    task('b', 'root', 'wait'),
    task('b1', 'b', 'alias', {
      dependencies: [
        { id: 'a', required: false },
        { id: 'a', required: false },
      ],
    }),
    task('c', 'root', 'quick', { dependencies: ['a'], priority: 0, policy: { task_queue: 'gpu' } }),
  ];
  const rows = validateTree(posted, {
    userId: 'ann',
    isAdmin: false,
    now: '2026-01-01T00:00:00.000000+00:00',
    newId: () => '',
  });
  return rows.map((row) => ({ ...row, ...changes[row.id] }));
}

function plan(rows: TaskRecord[], targetId = 'root', more: Partial<PlanRunOptions> = {}) {
  const executor = (id: string) => EXECUTORS[(id === 'alias' ? 'quick' : id) as keyof typeof EXECUTORS];
  const planned = planRun({ tree: rows, targetId, fresh: false, useDemo: false, executor, ...more });
  return { ...planned, ids: planned.plan.tasks.map((task) => task.id).join(' '), state: planned.plan.state };
}

const all = (status: TaskRecord['status'], more: Record<string, Partial<TaskRecord>> = {}) => ({
  ...Object.fromEntries(['root', 'a', 'b', 'b1', 'c'].map((id) => [id, { status }])),
  ...more,
});

describe('planRun', () => {
  it('numbers the tasks and takes executor and policy', () => {
    expect(plan(tree()).plan).toEqual({
      state: 'ppppp',
      tasks: [
        { id: 'root', executor: '', placement: 'inline', priority: 1, parent: -1, deps: [], label: 'root' },
        {
          id: 'a',
          executor: 'slow',
          placement: 'activity',
          priority: 1,
          parent: 0,
          deps: [],
          batchable: true,
          timeoutMs: 5,
          maxAttempts: 3,
          backoffMs: 7,
          label: 'a',
        },
        { id: 'b', executor: 'wait', placement: 'wait', priority: 1, parent: 0, deps: [], label: 'b' },
        {
          id: 'b1',
          executor: 'quick',
          placement: 'inline',
          priority: 1,
          parent: 2,
          deps: [[1, 0]],
          label: 'b1',
        },
        {
          id: 'c',
          executor: 'quick',
          placement: 'activity',
          priority: 0,
          parent: 0,
          deps: [[1, 1]],
          queue: 'gpu',
          label: 'c',
        },
      ],
    });
  });

  it('runs demos and unknown executors inline', () => {
    const demo = plan(tree(), 'root', { useDemo: true }).plan.tasks;
    expect(demo.every((task) => task.placement === 'inline' && task.queue === undefined)).toBe(true);
    expect(demo[1]?.label).toBe('a (demo)');
    const unknown = plan(tree(), 'root', { executor: () => undefined }).plan.tasks[1];
    expect(unknown).toMatchObject({ executor: 'slow', placement: 'inline' });
  });

  it('covers a subtree and the unfinished tasks it needs', () => {
    expect(plan(tree(), 'c').ids).toBe('c a');
    expect(plan(tree(), 'c').plan.tasks[1]).toMatchObject({ parent: -1 });
    const finished = plan(tree({ a: { status: 'completed' } }), 'c');
    expect([finished.ids, finished.plan.tasks[0]?.deps]).toEqual(['c', []]);
    expect(plan(tree({ a: { status: 'failed' } }), 'c')).toMatchObject({ ids: 'c a', state: 'pp' });
    expect(plan(tree(), 'b').ids).toBe('b a b1');
  });

  it('continues what failed or was cancelled, and runs afresh what finished', () => {
    const failed = all('completed', { root: { status: 'failed' }, c: { status: 'failed' } });
    expect(plan(tree(failed))).toMatchObject({ state: 'pcccp', carriedTaskIds: ['a', 'b', 'b1'] });
    expect(plan(tree(failed), 'root', { fresh: true })).toMatchObject({ state: 'ppppp', carriedTaskIds: [] });
    expect(plan(tree(all('completed'))).state).toBe('ppppp');
    expect(plan(tree(all('cancelled', { a: { status: 'completed' } }))).state).toBe('pcppp');
    expect(plan(tree(all('in_progress'))).state).toBe('ppppp');
  });

  it('keeps what was set by hand, and links', () => {
    const manual = { is_manual: true };
    expect(plan(tree({ a: { status: 'failed', ...manual }, b: manual })).state).toBe('pfppp');
    expect(plan(tree(all('completed', { a: { status: 'completed', ...manual } }))).state).toBe('pcppp');
    expect(plan(tree({ a: { status: 'completed', ...manual } }), 'a').state).toBe('p');
    const linked = all('completed', { a: { status: 'completed', origin_type: 'link' } });
    expect(plan(tree(linked), 'root', { fresh: true }).state).toBe('pcppp');
  });
});
