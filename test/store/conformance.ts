/** What every store must do, whatever lies below it. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/run-event.ts';
import { isoMicros } from '../../src/core/time.ts';
import type { RunCommit, Store } from '../../src/ports/store.ts';
import { conversationConformance } from './conversation-conformance.ts';
import { experimentConformance } from './experiment-conformance.ts';
import { personaConformance } from './persona-conformance.ts';
import { sampleAccept, sampleOutcome, sampleTask, sampleTree } from './sample-tasks.ts';
import { secretConformance } from './secret-conformance.ts';
import { stepConformance } from './step-conformance.ts';
import { studyConformance } from './study-conformance.ts';
import { usageConformance } from './usage-conformance.ts';
import { userConformance } from './user-conformance.ts';

let serial = 0;
const freshId = (name: string) => `${name}-${process.pid}-${serial++}`;
const event = (taskId: string | null, type: RunEvent['type'] = 'task-progress') => ({
  type,
  taskId,
  at: isoMicros(Date.now()),
  data: { note: 'x' },
});

/** `open` gives a store over an empty database. */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  describe(`${name}: store conformance`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    test('creates a tree and reads it back exactly', async () => {
      const id = freshId('tree');
      const tree = sampleTree(id, 4);
      await store.tasks.create(tree);
      const read = await store.tasks.tree(id);
      expect(read.map((task) => task.position)).toEqual([0, 1, 2, 3]);
      expect(read[0]).toEqual({ ...tree[0], has_children: true });
      expect(await store.tasks.get(id)).toEqual({ ...tree[0], has_children: true });
      expect(JSON.stringify((await store.tasks.get(id))?.inputs)).toBe('{"b":1,"a":"text"}');
      expect((await store.tasks.children(id)).length).toBe(3);
      expect(await store.tasks.get('nobody')).toBeNull();
    });

    test('a taken id has one text, and nothing of the tree stays', async () => {
      const id = freshId('taken');
      await store.tasks.create([sampleTask(id)]);
      const other = freshId('other');
      await expect(store.tasks.create([sampleTask(other), sampleTask(id)])).rejects.toMatchObject({
        code: 'conflict',
        message: `Task with id '${id}' already exists`,
      });
      expect(await store.tasks.get(other)).toBeNull();
    });

    test('of 50 parallel accepts on one root exactly one wins', async () => {
      const tree = sampleTree(freshId('race'), 2);
      await store.tasks.create(tree);
      const results = await Promise.all(
        Array.from({ length: 50 }, () => store.runs.accept(sampleAccept(tree))),
      );
      const accepted = results.filter((result) => result.status === 'accepted');
      expect(accepted.length).toBe(1);
      expect(new Set(results.map((result) => result.run.run_id)).size).toBe(1);
    });

    test('the view follows the run, and a manual update detaches it', async () => {
      const tree = sampleTree(freshId('view'), 2);
      const [root, child] = tree.map((task) => task.id) as [string, string];
      const input = sampleAccept(tree, { newTasks: tree });
      const { run } = await store.runs.accept(input);
      expect(run).toMatchObject({ number: 1, status: 'in_progress', task_count: 2 });
      await store.runs.commit({ runId: run.run_id, outcomes: [sampleOutcome(child, { result: { n: 1 } })] });
      expect(await store.tasks.get(child)).toMatchObject({ status: 'completed', result: { n: 1 } });
      expect((await store.tasks.get(root))?.status).toBe('pending');
      await expect(store.tasks.update(child, { status: 'failed' })).rejects.toMatchObject({
        code: 'conflict',
      });
      const end = { status: 'completed', error: null } as const;
      await store.runs.commit({ runId: run.run_id, outcomes: [sampleOutcome(root)], end });
      expect(await store.runs.get(run.run_id)).toMatchObject({ status: 'completed' });
      expect(await store.runs.active({ rootTaskIds: [root], limit: 10 })).toEqual([]);
      const updated = await store.tasks.update(child, { status: 'failed', error: 'by hand' });
      expect(updated).toMatchObject({ status: 'failed', error: 'by hand', run_id: null, is_manual: true });
      expect(await store.tasks.get(child)).toEqual(updated);
      const again = await store.runs.accept(sampleAccept(tree));
      expect(again.run.number).toBe(2);
      expect((await store.tasks.get(child))?.status).toBe('pending');
    });

    test('an active run moves to another number once, and the next run goes on from there', async () => {
      const tree = sampleTree(freshId('moved'), 1);
      const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
      const moved = await store.runs.renumber(run.run_id, 1, 5);
      expect(moved).toEqual({ ...run, number: 5, workflow_id: run.workflow_id.replace(/1$/, '5') });
      expect(await store.runs.renumber(run.run_id, 1, 9)).toEqual(moved);
      expect(await store.runs.active({ rootTaskIds: [run.root_task_id], limit: 2 })).toEqual([moved]);
      await store.runs.commit({ runId: run.run_id, end: { status: 'completed', error: null } });
      expect((await store.runs.renumber(run.run_id, 5, 9))?.number).toBe(5);
      expect((await store.runs.get(run.run_id))?.workflow_id).toBe(moved?.workflow_id);
      expect((await store.runs.accept(sampleAccept(tree))).run.number).toBe(6);
      expect(await store.runs.renumber('nobody', 1, 2)).toBeNull();
    });

    test('a run that ends leaves nothing pending', async () => {
      const tree = sampleTree(freshId('left'), 3);
      const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
      await store.runs.commit({
        runId: run.run_id,
        outcomes: [sampleOutcome(tree[1]!.id, { status: 'in_progress', completedAt: null })],
      });
      await store.runs.commit({ runId: run.run_id, end: { status: 'cancelled', error: null } });
      const statuses = (await store.tasks.tree(tree[0]!.id)).map((task) => task.status);
      expect(statuses).toEqual(['cancelled', 'cancelled', 'cancelled']);
    });

    test('the end keeps how many results are canned; the first count stands', async () => {
      const tree = sampleTree(freshId('canned'), 1);
      const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
      expect(run.demo_tasks).toBeNull();
      for (const demoTasks of [1, 0])
        await store.runs.commit({ runId: run.run_id, end: { status: 'completed', error: null, demoTasks } });
      expect((await store.runs.get(run.run_id))?.demo_tasks).toBe(1);
      expect(await store.runs.list({ taskId: run.root_task_id, limit: 5, offset: 0 })).toEqual([
        expect.objectContaining({ demo_tasks: 1 }),
      ]);
    });

    test('a repeated commit changes nothing', async () => {
      const tree = sampleTree(freshId('twice'), 1);
      const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
      const commit: RunCommit = {
        runId: run.run_id,
        outcomes: [sampleOutcome(run.root_task_id)],
        events: [event(run.root_task_id, 'task-completed'), event(null, 'run-ended')],
        end: { status: 'completed', error: null },
      };
      const first = await store.runs.commit(commit);
      const second = await store.runs.commit(commit);
      expect(first.events.map(({ seq }) => seq)).toEqual([2, 3]);
      expect(second.outcomes).toEqual(first.outcomes);
      expect((await store.events.read(run.run_id, 0, 100)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    });

    test('the first terminal fact of a generation stands', async () => {
      const writes = fc.array(
        fc.record({
          generation: fc.nat(2),
          status: fc.constantFrom('in_progress', 'completed', 'failed', 'cancelled') as fc.Arbitrary<
            'in_progress' | 'completed' | 'failed' | 'cancelled'
          >,
        }),
        { minLength: 1, maxLength: 8 },
      );
      await fc.assert(
        fc.asyncProperty(writes, async (given) => {
          const tree = sampleTree(freshId('facts'), 1);
          const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
          let standing: { generation: number; status: string } | null = null;
          for (const [index, write] of given.entries()) {
            const outcome = sampleOutcome(run.root_task_id, { ...write, result: index });
            const answer = await store.runs.commit({ runId: run.run_id, outcomes: [outcome] });
            const current: { generation: number; status: string } | null = standing;
            const wins =
              current === null ||
              write.generation > current.generation ||
              (write.generation === current.generation && current.status === 'in_progress');
            if (wins) standing = write;
            expect(answer.outcomes[0]).toMatchObject(standing as object);
          }
          expect((await store.runs.outcomes(run.run_id))[0]).toMatchObject(standing as object);
        }),
        { numRuns: 15 },
      );
    });

    test('20 parallel commits number their events without gaps, delivered once and in order', async () => {
      const tree = sampleTree(freshId('seq'), 1);
      const heard: number[] = [];
      const input = sampleAccept(tree, { newTasks: tree });
      const stop = store.events.subscribe((it) => {
        if (it.runId === input.runId) heard.push(it.seq);
      });
      await store.runs.accept(input);
      await Promise.all(
        Array.from({ length: 20 }, () =>
          store.runs.commit({ runId: input.runId, events: [event(tree[0]!.id), event(tree[0]!.id)] }),
        ),
      );
      const expected = Array.from({ length: 41 }, (_, index) => index + 1);
      expect((await store.events.read(input.runId, 0, 100)).map(({ seq }) => seq)).toEqual(expected);
      await expect.poll(() => heard).toEqual(expected);
      stop();
    });

    test('lists, counts, deletes, marks', async () => {
      const userId = freshId('user');
      const tree = sampleTree(freshId('list'), 3).map((task) => ({ ...task, user_id: userId }));
      await store.tasks.create(tree);
      expect(
        (await store.tasks.list({ userId, limit: 2, offset: 1 })).map(({ position }) => position),
      ).toEqual([1, 2]);
      expect(
        (await store.tasks.list({ userId, rootOnly: true, status: 'pending', limit: 9, offset: 0 })).length,
      ).toBe(1);
      expect(await store.tasks.count({ userId })).toMatchObject({ pending: 3, skipped: 0 });
      await store.tasks.markReferenced([tree[0]!.id]);
      expect((await store.tasks.get(tree[0]!.id))?.has_references).toBe(true);
      const link = sampleTask(freshId('link'), { origin_type: 'link', original_task_id: tree[1]!.id });
      await store.tasks.create([link]);
      expect(await store.tasks.linkedTo(tree.map(({ id }) => id))).toEqual([tree[1]!.id]);
      expect(await store.tasks.delete([tree[1]!.id, tree[2]!.id])).toBe(2);
      expect((await store.tasks.get(tree[0]!.id))?.has_children).toBe(false);
      expect(await store.tasks.get(tree[1]!.id)).toBeNull();
    });

    test('schedules: listed by owner, and many changes at once all stay', async () => {
      const [id, plain] = [freshId('scheduled'), freshId('plain')];
      const owner = freshId('owner');
      const charged_to = { subject: 'user:x', ip_hash: 'hash', plan: 'free' as const };
      const schedule = { schedule_type: 'daily', schedule_expression: '09:00', schedule_enabled: true };
      await store.tasks.create([sampleTask(id, { ...schedule, user_id: owner, charged_to })]);
      await store.tasks.create([sampleTask(plain, { user_id: owner })]);
      const found = await store.tasks.scheduled(owner);
      expect(found).toEqual([expect.objectContaining({ id, user_id: owner, ...schedule, charged_to })]);
      expect((await store.tasks.scheduled()).map((task) => task.id)).toContain(id);
      expect(await store.tasks.scheduled(freshId('nobody'))).toEqual([]);
      for (let round = 1; round <= 10; round++) {
        const next_run_at = isoMicros(round * 1_000_000);
        const changes = { schedule_enabled: round % 2 === 0, run_count: round, max_runs: 100 + round };
        await Promise.all([
          store.tasks.update(id, { next_run_at }),
          ...Object.entries(changes).map(([name, value]) => store.tasks.update(id, { [name]: value })),
        ]);
        expect(await store.tasks.get(id)).toMatchObject({ ...changes, next_run_at });
      }
    });

    test('idempotency records: the first writer stands', async () => {
      const key = freshId('key');
      const record = { userId: 'u', method: 'm', key, bodyHash: 'h', answer: { id: 1 } };
      expect(await store.idempotency.find('u', 'm', key)).toBeNull();
      await store.idempotency.put(record);
      expect(await store.idempotency.put({ ...record, answer: { id: 2 } })).toEqual(record);
      await expect(store.tasks.create([sampleTask(freshId('idem'))], record)).rejects.toMatchObject({
        code: 'idempotency_conflict',
      });
    });

    userConformance(() => store);
    personaConformance(() => store);
    studyConformance(() => store);
    secretConformance(() => store);
    stepConformance(() => store);
    experimentConformance(() => store);
    usageConformance(() => store);
    conversationConformance(() => store);

    test('large results are listed by reference and read in full', async () => {
      const tree = sampleTree(freshId('large'), 1);
      const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
      const result = { text: 'a'.repeat(200_000) };
      await store.runs.commit({ runId: run.run_id, outcomes: [sampleOutcome(run.root_task_id, { result })] });
      const [listed] = await store.tasks.tree(run.root_task_id);
      expect(listed?.result).toMatchObject({ ref: `${run.run_id}/${run.root_task_id}`, size: 200_011 });
      expect((await store.tasks.get(run.root_task_id))?.result).toEqual(result);
      expect(await store.runs.result(run.run_id, run.root_task_id)).toEqual(result);
    });

    test('large injected inputs are read in full, and listed as the task itself has them', async () => {
      const tree = sampleTree(freshId('injected'), 1);
      const { run } = await store.runs.accept(sampleAccept(tree, { newTasks: tree }));
      const inputs = { b: 1, child: { text: 'a'.repeat(200_000) } };
      await store.runs.commit({ runId: run.run_id, outcomes: [sampleOutcome(run.root_task_id, { inputs })] });
      for (const _ of ['from the table or the cache', 'again']) {
        const [listed] = await store.tasks.tree(run.root_task_id);
        expect(listed?.inputs).toEqual(tree[0]?.stored_inputs);
        expect(listed?.status).toBe('completed');
        expect((await store.tasks.get(run.root_task_id))?.inputs).toEqual(inputs);
      }
    });

    test('a tree of 10,000 tasks is created, accepted, committed and read in seconds', async () => {
      const tree = sampleTree(freshId('huge'), 10_000);
      const started = performance.now();
      await store.tasks.create(tree);
      const { run } = await store.runs.accept(sampleAccept(tree));
      await store.runs.commit({
        runId: run.run_id,
        outcomes: tree.map(({ id }) => sampleOutcome(id)),
        end: { status: 'completed', error: null },
      });
      const read = await store.tasks.tree(run.root_task_id);
      expect(read.length).toBe(10_000);
      expect(read.every(({ status }) => status === 'completed')).toBe(true);
      expect(performance.now() - started).toBeLessThan(15_000);
    });
  });
}
