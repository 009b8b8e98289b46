/**
 * Steps of tasks as clients see them: children that no method creates, runs, clones or changes. They are made when a
 * tree is read, of the latest run and generation only, and so are gone with it.
 */
import { executorIdOf, isTerminal, NEVER_SET, type TaskRecord, type TaskStatus } from '../../core/task.ts';
import { parentStep, type TaskStep } from '../../core/task-step.ts';
import type { ExecutorRegistry } from '../../ports/registry.ts';
import type { Store } from '../../ports/store.ts';

const STEP_MARK = ':step:';

interface Parts {
  readonly store: Pick<Store, 'runs'>;
  readonly registry: Pick<ExecutorRegistry, 'find'>;
}

/** The tasks, with the steps of each behind all of them. */
export async function withSteps(parts: Parts, tasks: readonly TaskRecord[]): Promise<TaskRecord[]> {
  const steps = await stepTasks(parts, tasks);
  if (steps.length === 0) return [...tasks];
  const parents = new Set(steps.map((step) => step.parent_id));
  return [...tasks.map((task) => (parents.has(task.id) ? { ...task, has_children: true } : task)), ...steps];
}

/** Asks the store only about tasks whose executor works in steps. */
export async function stepTasks(
  { store, registry }: Parts,
  tasks: readonly TaskRecord[],
): Promise<TaskRecord[]> {
  const stepped = tasks.filter((task) => {
    const executorId = executorIdOf(task);
    return task.run_id !== null && executorId !== null && registry.find(executorId)?.hasSteps === true;
  });
  const byRun = Map.groupBy(stepped, (task) => String(task.run_id));
  const found = await Promise.all(
    [...byRun].map(async ([runId, owners]) => {
      const ids = owners.map(({ id }) => id);
      const steps = Map.groupBy(await store.runs.steps(runId, ids, { isBrief: true }), (step) => step.taskId);
      return owners.flatMap((owner) => ofLatest(owner, steps.get(owner.id) ?? []));
    }),
  );
  return found.flat();
}

/** The step that has this id as a task; null when its task has none such. `owner`: who may see the task finds it. */
export async function findStepTask(
  parts: Parts,
  id: string,
  owner: (taskId: string) => Promise<TaskRecord | null>,
): Promise<TaskRecord | null> {
  const at = id.lastIndexOf(STEP_MARK);
  const task = at < 1 ? null : await owner(id.slice(0, at));
  return task === null ? null : ((await stepTasks(parts, [task])).find((step) => step.id === id) ?? null);
}

function ofLatest(owner: TaskRecord, steps: readonly TaskStep[]): TaskRecord[] {
  const latest = steps.reduce((highest, { generation }) => Math.max(highest, generation), 0);
  const shown = steps.filter(({ generation }) => generation === latest);
  const parents = new Set(shown.map(({ path }) => parentStep(path)));
  return shown.map((step, index) => toRecord(owner, step, { index, hasChildren: parents.has(step.path) }));
}

/** A step's id as a task: no task of that id exists. */
function stepId(taskId: string, path: string): string {
  return `${taskId}${STEP_MARK}${path}`;
}

function toRecord(
  owner: TaskRecord,
  step: TaskStep,
  { index, hasChildren }: { readonly index: number; readonly hasChildren: boolean },
): TaskRecord {
  const parent = parentStep(step.path);
  const status = statusOf(owner, step);
  return {
    ...NEVER_SET,
    id: stepId(owner.id, step.path),
    parent_id: parent === null ? owner.id : stepId(owner.id, parent),
    task_tree_id: owner.task_tree_id,
    user_id: owner.user_id,
    name: step.name,
    status,
    priority: owner.priority,
    dependencies: [],
    inputs: {},
    stored_inputs: {},
    params: {},
    result: step.result,
    error: step.error,
    schemas: {},
    progress: status === 'completed' ? 1 : 0,
    created_at: step.startedAt,
    started_at: step.startedAt,
    updated_at: step.completedAt ?? step.startedAt,
    completed_at: step.completedAt,
    has_children: hasChildren,
    original_task_id: null,
    origin_type: 'step',
    has_references: false,
    schedule_type: null,
    schedule_expression: null,
    schedule_enabled: false,
    schedule_start_at: null,
    schedule_end_at: null,
    next_run_at: null,
    last_run_at: null,
    max_runs: null,
    run_count: 0,
    token_usage: step.tokenUsage,
    position: owner.position + 1 + index,
    policy: null,
    run_id: owner.run_id,
    is_manual: false,
    wait: status === 'in_progress' && step.kind === 'decision' ? owner.wait : null,
    demo: step.demo,
    charged_to: null,
  };
}

/** A step that had no time to say how it ended, ended as its task did. */
function statusOf(owner: TaskRecord, step: TaskStep): TaskStatus {
  if (step.status !== 'in_progress' || !isTerminal(owner.status)) return step.status;
  return owner.status === 'completed' ? 'skipped' : owner.status;
}
