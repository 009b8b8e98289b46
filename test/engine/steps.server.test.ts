/** Branches that are not taken and work in steps, end to end. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const id = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;
const task = (taskId: string, method: string, inputs: object, extra: object = {}) => ({
  id: taskId,
  name: taskId,
  schemas: { method },
  inputs,
  ...extra,
});
const statusOf = async (taskId: string) => (await server.call('tasks.get', { task_id: taskId })).status;

describe('a condition', () => {
  it('skips the branch that is not taken, and the tree does not fail for it', async () => {
    const [root, yes, no, then, otherwise] = ['root', 'yes', 'no', 'then', 'otherwise'].map(id) as string[];
    const score = { expression: 'score > 1', score: 2 };
    const parent_id = root;
    const leaf = (taskId = '', condition = '') =>
      task(taskId, 'system_info_executor', { resource: 'cpu' }, { parent_id, dependencies: [condition] });
    const answer = await server.call('tasks.execute', {
      tasks: [
        task(
          root ?? '',
          'aggregate_results_executor',
          {},
          {
            dependencies: [
              { id: then, required: false },
              { id: otherwise, required: false },
            ],
          },
        ),
        task(yes ?? '', 'condition_executor', { ...score, if_false: 'skip' }, { parent_id }),
        task(no ?? '', 'condition_executor', { ...score, if_true: 'skip' }, { parent_id }),
        leaf(then, yes),
        leaf(otherwise, no),
      ],
    });
    expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
    expect(Object.keys(answer.result.results)).toEqual([then]);
    expect(await statusOf(yes ?? '')).toBe('completed');
    const skipped = await server.call('tasks.get', { task_id: no });
    expect(skipped).toMatchObject({ status: 'skipped', error: 'Skipped: the condition holds' });
    expect(skipped.result).toMatchObject({ matched: true });
    expect(await server.call('tasks.get', { task_id: otherwise })).toMatchObject({
      status: 'skipped',
      error: `Skipped: required task '${no}' was skipped`,
    });
  });

  it('as the executed task it completes', async () => {
    const only = id('only');
    const tasks = [task(only, 'condition_executor', { expression: 'false', if_false: 'skip' })];
    const answer = await server.call('tasks.execute', { tasks });
    expect(answer).toMatchObject({ success: true, result: { matched: false, branch: 'false' } });
  });
});

describe('a loop', () => {
  const counting = {
    executor: 'transform_executor',
    inputs: { expression: 'last.result + 1', last: '{{last}}' },
    initial: { result: 0 },
    until: 'last.result >= 3',
  };

  it('shows each call below its task, counted and copied nowhere', async () => {
    const [root, again] = [id('root'), id('again')];
    const answer = await server.call('tasks.execute', {
      tasks: [
        task(root, 'aggregate_results_executor', {}, { dependencies: [again] }),
        task(again, 'loop_executor', counting, { parent_id: root }),
      ],
    });
    expect(answer).toMatchObject({ success: true, tree_status: 'completed' });
    expect(answer.result.results[again]).toMatchObject({ iterations: 3, last: { result: 3 } });
    const tree = await server.call('tasks.tree', { task_id: root });
    const [loop] = tree.children;
    expect(loop.task).toMatchObject({ id: again, has_children: true, status: 'completed' });
    const steps = loop.children.map(({ task: step }: { task: object }) => step);
    expect(steps).toMatchObject(
      [1, 2, 3].map((result) => ({
        name: `transform_executor ${result}`,
        parent_id: again,
        origin_type: 'step',
        status: 'completed',
        result: { result },
      })),
    );
    const children = await server.call('tasks.children', { parent_id: again });
    expect(children).toEqual(steps);
    const [run] = await server.call('runs.list', { task_id: root });
    expect(run.task_count).toBe(2);
    const copy = await server.call('tasks.clone', { task_id: root, recursive: true });
    expect(JSON.stringify(copy)).not.toContain('step');
    const events = await server.call('runs.events', { run_id: run.run_id });
    const told = events.filter(({ data }: { data: { step?: object } }) => data?.step !== undefined);
    expect(told).toHaveLength(6);
  });

  it('a second run shows its own steps', async () => {
    const again = id('again');
    await server.call('tasks.execute', { tasks: [task(again, 'loop_executor', counting)] });
    await server.call('tasks.update', { task_id: again, inputs: { ...counting, until: 'last.result >= 1' } });
    await server.call('tasks.execute', { task_id: again, fresh: true });
    expect(await server.call('tasks.children', { parent_id: again })).toHaveLength(1);
  });

  it('a failed call is told, and the next attempt goes on from it', async () => {
    const failing = id('failing');
    const inputs = {
      executor: 'transform_executor',
      inputs: { expression: 'index < 2 ? index : $error("no more")', index: '{{index}}' },
    };
    const answer = await server.call('tasks.execute', {
      tasks: [task(failing, 'loop_executor', inputs, { policy: { max_attempts: 1 } })],
    });
    expect(answer).toMatchObject({ success: false });
    const steps = await server.call('tasks.children', { parent_id: failing });
    expect(steps.map(({ status }: { status: string }) => status)).toEqual([
      'completed',
      'completed',
      'failed',
    ]);
    expect(steps[2].error).toContain('no more');
  });
});
