/**
 * The store for those who write rows outside activities: the API, which stores new trees, and the repair of runs whose
 * workflow is gone. What they write is told to the tree points behind their backs, so that no place can forget it.
 */
import type { HookedRun, TreePoint } from '../core/hook.ts';
import type { JsonObject } from '../core/json.ts';
import { isRunEnded, type Run } from '../core/run.ts';
import { isSealed, SHOWN_SECRET } from '../core/secrets/secret-field.ts';
import type { TaskRecord } from '../core/task.ts';
import type { RunCommit, RunStore, Store, TaskStore } from '../ports/store.ts';
import type { HookedTree } from './hook-context.ts';
import type { HookRunner } from './hook-runner.ts';
import { runView } from './run-view.ts';

const END_POINTS = {
  completed: 'onTreeCompleted',
  failed: 'onTreeFailed',
  cancelled: 'onTreeCancelled',
} as const satisfies Record<string, TreePoint>;

/** The same store where no hook asks for tree points. */
export function watchedStore(store: Store, hooks: HookRunner): Store {
  const points: TreePoint[] = ['onTreeCreated', ...Object.values(END_POINTS)];
  if (!points.some((point) => hooks.has(point))) return store;
  return override(store, { tasks: watchTasks(store.tasks, hooks), runs: watchRuns(store.runs, hooks) });
}

function watchTasks(tasks: TaskStore, hooks: HookRunner): TaskStore {
  return override(tasks, {
    async create(records, idempotency) {
      await tasks.create(records, idempotency);
      for (const tree of treesOf(records)) tellCreated(hooks, tree, null);
    },
  });
}

function watchRuns(runs: RunStore, hooks: HookRunner): RunStore {
  return override(runs, {
    async accept(input) {
      const result = await runs.accept(input);
      if (result.status === 'accepted' && input.newTasks !== undefined)
        tellCreated(hooks, input.newTasks, runView(result.run, input.options));
      return result;
    },
    async commit(commit) {
      const before = commit.end === undefined ? null : await runs.get(commit.runId);
      const result = await runs.commit(commit);
      if (before !== null && !isRunEnded(before.status)) tellEnd(runs, hooks, before, commit);
      return result;
    },
  });
}

/** Nobody waits for it: what is stored is stored, and an answer must not depend on hooks. */
function tellCreated(hooks: HookRunner, records: readonly TaskRecord[], run: HookedRun | null): void {
  const [root] = records;
  if (root === undefined) return;
  void hooks.tree('onTreeCreated', () => ({
    treeId: root.id,
    userId: root.user_id ?? '',
    taskCount: records.length,
    run,
    tasks: records.map(plainTask),
    error: null,
    demoTasks: null,
  }));
}

function tellEnd(runs: RunStore, hooks: HookRunner, run: Run, { end }: RunCommit): void {
  if (end === undefined) return;
  const { error, demoTasks = null } = end;
  void hooks.tree(END_POINTS[end.status], async (): Promise<HookedTree> => {
    const options = (await runs.context(run.run_id))?.options ?? {};
    const { root_task_id: treeId, user_id: userId, task_count: taskCount } = run;
    return { treeId, userId, taskCount, run: runView(run, options), tasks: [], error, demoTasks };
  });
}

function treesOf(records: readonly TaskRecord[]): TaskRecord[][] {
  const trees = new Map<string, TaskRecord[]>();
  for (const record of records) {
    const treeId = record.task_tree_id ?? record.id;
    const tree = trees.get(treeId);
    if (tree === undefined) trees.set(treeId, [record]);
    else tree.push(record);
  }
  return [...trees.values()];
}

/** Hooks see no secrets, sealed ones neither. */
function plainTask(task: TaskRecord): JsonObject {
  const text = JSON.stringify(task, (_, value: unknown) => (isSealed(value) ? SHOWN_SECRET : value));
  return JSON.parse(text) as JsonObject;
}

/** Stands before an object whose methods may need their own `this`. */
function override<Target extends object>(target: Target, members: Partial<Target>): Target {
  return new Proxy(target, {
    get(own, name) {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const value: unknown = Reflect.get(own, name, own);
      return typeof value === 'function' ? value.bind(own) : value;
    },
  });
}
