/**
 * Chooses which tasks a run covers and which results it keeps, and numbers them for the workflow. The rules are those
 * of executing again: a finished tree runs afresh, an unfinished one continues.
 */
import type { Plan, PlanTask, StateChar } from '../plan.ts';
import { STATE } from '../plan.ts';
import {
  dependencyId,
  executorIdOf,
  isRequired,
  isTerminal,
  type TaskRecord,
  type TaskStatus,
} from '../task.ts';
import { childrenByParent, subtreeIds } from './subtree.ts';

/** What the plan needs to know of an executor; times in milliseconds. */
export interface PlannedExecutor {
  readonly id: string;
  readonly placement: 'inline' | 'activity' | 'wait';
  readonly batchable: boolean;
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
  readonly backoffMs?: number;
}

export interface PlanRunOptions {
  /** All rows of the tree by position. */
  readonly tree: readonly TaskRecord[];
  /** The executed task; must be in `tree`. */
  readonly targetId: string;
  /** Runs the target's whole subtree again, whatever stands. */
  readonly fresh: boolean;
  /** Canned results: nothing needs an activity. */
  readonly useDemo: boolean;
  /** By id or alias; undefined when unknown. */
  executor(id: string): PlannedExecutor | undefined;
}

export interface PlannedRun {
  readonly plan: Plan;
  /** Tasks that keep their state and result from before. */
  readonly carriedTaskIds: string[];
}

const LABEL_LENGTH = 100;

const STATE_OF = {
  pending: STATE.pending,
  in_progress: STATE.pending,
  completed: STATE.completed,
  failed: STATE.failed,
  cancelled: STATE.cancelled,
  skipped: STATE.skipped,
} as const satisfies Record<TaskStatus, StateChar>;

/** The plan of a new run: the target first, the others by position. Throws when the target is not in the tree. */
export function planRun(options: PlanRunOptions): PlannedRun {
  const children = childrenByParent(options.tree);
  const byId = new Map(options.tree.map((task) => [task.id, task]));
  const target = byId.get(options.targetId);
  if (target === undefined) throw new Error(`Task ${options.targetId} is not in the tree given`);
  const subtree = subtreeIds(children, target.id);
  const scope = withUnfinishedDependencies(subtree, byId, children);
  const tasks = [target, ...options.tree.filter((task) => task.id !== target.id && scope.has(task.id))];
  const indexOf = new Map(tasks.map((task, index) => [task.id, index]));
  const isAfresh = target.status === 'completed' && target.origin_type !== 'link';

  const carriedTaskIds: string[] = [];
  let state = '';
  for (const task of tasks) {
    const isCarried = keepsState(task, {
      isTarget: task === target,
      startsOver: subtree.has(task.id) && (options.fresh || isAfresh),
      fresh: options.fresh && subtree.has(task.id),
    });
    state += isCarried ? STATE_OF[task.status] : STATE.pending;
    if (isCarried) carriedTaskIds.push(task.id);
  }
  return { plan: { tasks: tasks.map((task) => planTask(task, indexOf, options)), state }, carriedTaskIds };
}

/** The subtree and, transitively, the unfinished tasks it depends on with their own subtrees. */
function withUnfinishedDependencies(
  subtree: ReadonlySet<string>,
  byId: ReadonlyMap<string, TaskRecord>,
  children: ReadonlyMap<string, readonly TaskRecord[]>,
): Set<string> {
  const scope = new Set(subtree);
  for (const id of scope) {
    for (const dependency of byId.get(id)?.dependencies ?? []) {
      const other = byId.get(dependencyId(dependency));
      if (other !== undefined && other.status !== 'completed') scope.add(other.id);
    }
    // Children of what was added; for the subtree itself they are there already.
    for (const child of children.get(id) ?? []) scope.add(child.id);
  }
  return scope;
}

function keepsState(
  task: TaskRecord,
  run: { readonly isTarget: boolean; readonly startsOver: boolean; readonly fresh: boolean },
): boolean {
  if (!isTerminal(task.status)) return false;
  // A link has no work of its own: its result is the original's.
  if (task.origin_type === 'link') return true;
  if (run.fresh) return false;
  // A status set by hand outlives runs; executing that very task is a wish to run it.
  if (task.is_manual && !run.isTarget) return true;
  return task.status === 'completed' && !run.startsOver;
}

function planTask(task: TaskRecord, indexOf: ReadonlyMap<string, number>, options: PlanRunOptions): PlanTask {
  const executorId = executorIdOf(task);
  const executor = executorId === null ? undefined : options.executor(executorId);
  const queue = options.useDemo || executor === undefined ? undefined : queueOf(task, executor);
  const placement = placementOf(executor, queue, options.useDemo);
  const timeoutMs = task.policy?.timeout_ms ?? executor?.timeoutMs;
  const maxAttempts = task.policy?.max_attempts ?? executor?.maxAttempts;
  const backoffMs = task.policy?.backoff_ms ?? executor?.backoffMs;
  return {
    id: task.id,
    executor: executor?.id ?? executorId ?? '',
    placement,
    priority: task.priority,
    parent:
      task.id === options.targetId || task.parent_id === null ? -1 : (indexOf.get(task.parent_id) ?? -1),
    deps: dependenciesInside(task, indexOf),
    ...(executor?.batchable === true && placement === 'activity' ? { batchable: true as const } : {}),
    ...(queue === undefined ? {} : { queue }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(backoffMs === undefined ? {} : { backoffMs }),
    label: labelOf(task.name, options.useDemo),
  };
}

/** A waiting task runs nowhere, so a queue means nothing to it. */
function queueOf(task: TaskRecord, executor: PlannedExecutor): string | undefined {
  return executor.placement === 'wait' ? undefined : task.policy?.task_queue;
}

/** A task without a known executor is inline: it groups, or fails there with a clear error. */
function placementOf(
  executor: PlannedExecutor | undefined,
  queue: string | undefined,
  useDemo: boolean,
): PlanTask['placement'] {
  if (useDemo || executor === undefined) return 'inline';
  return queue === undefined ? executor.placement : 'activity';
}

function dependenciesInside(task: TaskRecord, indexOf: ReadonlyMap<string, number>): [number, 0 | 1][] {
  const required = new Map<number, 0 | 1>();
  for (const dependency of task.dependencies) {
    const index = indexOf.get(dependencyId(dependency));
    if (index === undefined) continue;
    required.set(index, isRequired(dependency) || required.get(index) === 1 ? 1 : 0);
  }
  return [...required];
}

function labelOf(name: string, useDemo: boolean): string {
  const cut = name.slice(0, LABEL_LENGTH).toWellFormed();
  return useDemo ? `${cut} (demo)` : cut;
}
