/** What every store must do with the steps of tasks. */
import { describe, expect, test } from 'vitest';
import type { TaskStep } from '../../src/core/task-step.ts';
import { isoMicros } from '../../src/core/time.ts';
import type { Store } from '../../src/ports/store.ts';
import { sampleAccept, sampleTree } from './sample-tasks.ts';

let serial = 0;

export function sampleStep(taskId: string, path: string, over: Partial<TaskStep> = {}): TaskStep {
  return {
    taskId,
    generation: 0,
    path,
    kind: 'work',
    name: `step ${path}`,
    status: 'completed',
    attempt: 1,
    result: { b: 1, a: ['x'] },
    error: null,
    tokenUsage: { total_tokens: 5 },
    attemptUsage: null,
    demo: null,
    startedAt: isoMicros(1_000),
    completedAt: isoMicros(2_000),
    ...over,
  };
}

export function stepConformance(open: () => Store): void {
  describe('steps', () => {
    async function running() {
      const tree = sampleTree(`steps-${process.pid}-${serial++}`, 2);
      const { run } = await open().runs.accept(sampleAccept(tree, { newTasks: tree }));
      return { root: tree[0]?.id ?? '', child: tree[1]?.id ?? '', runId: run.run_id };
    }

    test('come back as they were written, in the order of their calls', async () => {
      const { child, root, runId } = await running();
      const steps = ['10', '2', '2.c0.1', '2.c0.0', '0'].map((path) => sampleStep(child, path));
      await open().runs.commit({ runId, steps: [...steps, sampleStep(root, '0')] });
      const read = await open().runs.steps(runId, [child]);
      expect(read.map(({ path }) => path)).toEqual(['0', '2', '2.c0.0', '2.c0.1', '10']);
      expect(read[0]).toEqual(steps.at(-1));
      expect(await open().runs.steps(runId, [])).toEqual([]);
      expect(await open().runs.steps('nobody', [child])).toEqual([]);
    });

    test('a begun one is replaced, a completed one stands, generations are apart', async () => {
      const { child, runId } = await running();
      const begun = sampleStep(child, '0', { status: 'in_progress', result: null, completedAt: null });
      await open().runs.commit({ runId, steps: [begun] });
      await open().runs.commit({ runId, steps: [sampleStep(child, '0', { status: 'failed', error: 'no' })] });
      const first = sampleStep(child, '0', { result: 'first' });
      await open().runs.commit({ runId, steps: [first] });
      await open().runs.commit({ runId, steps: [sampleStep(child, '0', { result: 'second' }), begun] });
      expect(await open().runs.steps(runId, [child])).toEqual([first]);
      await open().runs.commit({ runId, steps: [sampleStep(child, '0', { generation: 1 })] });
      expect((await open().runs.steps(runId, [child])).map(({ result }) => result)).toContain('first');
      expect(await open().runs.steps(runId, [child])).toHaveLength(2);
    });

    test('large results are left out of a brief list', async () => {
      const { child, runId } = await running();
      const result = { text: 'x'.repeat(100_000) };
      await open().runs.commit({ runId, steps: [sampleStep(child, '0', { result })] });
      expect((await open().runs.steps(runId, [child]))[0]?.result).toEqual(result);
      const [brief] = await open().runs.steps(runId, [child], { isBrief: true });
      expect(brief?.result).toEqual({ size: expect.any(Number), preview: expect.stringContaining('xxx') });
    });

    test('go with their task', async () => {
      const { root, child, runId } = await running();
      await open().runs.commit({ runId, steps: [sampleStep(child, '0')] });
      await open().runs.commit({ runId, end: { status: 'completed', error: null } });
      await open().tasks.delete([root, child]);
      expect(await open().runs.steps(runId, [child])).toEqual([]);
    });
  });
}
