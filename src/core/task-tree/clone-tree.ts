/**
 * `tasks.clone`: copies run again from new rows in a tree of their own, links show the original's result, archive
 * marks the rows themselves. Nothing is written here.
 */
import { AppError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { nextRunAt, scheduleProblem } from '../schedule/plan-schedule.ts';
import { type Dependency, dependencyId, type TaskRecord } from '../task.ts';
import { newTaskRecord } from './new-task-record.ts';
import { type FieldPatch, readPatch } from './read-patch.ts';
import { childrenByParent, subtreeIds } from './subtree.ts';

export interface CloneTreeOptions {
  /** The task to clone; it becomes the clone's root. */
  readonly source: TaskRecord;
  /** All rows of the source's tree by position. */
  readonly tree: readonly TaskRecord[];
  readonly mode: 'copy' | 'link' | 'archive' | 'mixed';
  /** false: only the source itself. */
  readonly recursive: boolean;
  /** Mode `mixed`: tasks that are linked; the others are copied. */
  readonly linkTaskIds: readonly string[];
  /** Field values that replace the copies' own. */
  readonly resetFields: JsonObject;
  /** Owner of the clone. */
  readonly userId: string;
  /** ISO-8601 with microseconds. */
  readonly now: string;
  newId(): string;
}

export interface ClonedTree {
  /** Rows of the clone, root first; in mode `archive` the source's rows as they will be. */
  readonly tasks: TaskRecord[];
  /** Originals to mark `has_references`. */
  readonly referenced: string[];
  /** Originals to mark `archive`. */
  readonly archived: string[];
}

/** Throws `conflict` when what is to be linked or archived has not completed, `invalid_params` for the rest. */
export function cloneTree(options: CloneTreeOptions): ClonedTree {
  const originals = originalsOf(options);
  if (options.mode === 'archive') {
    refuseUnfinished(originals, options.source, 'archive');
    const tasks = originals.map((task) => ({ ...task, origin_type: 'archive' as const }));
    return { tasks, referenced: [], archived: originals.map((task) => task.id) };
  }
  const linked = linkedIds(options, originals);
  refuseUnfinished(
    originals.filter((task) => linked.has(task.id)),
    options.source,
    'link',
  );
  const reset = resetPatch(options);
  const newIds = new Map(originals.map((task) => [task.id, options.newId()]));
  const parents = new Set(originals.slice(1).map((task) => task.parent_id));
  const tasks = originals.map((task, position) => {
    const isLink = linked.has(task.id);
    const isRoot = task.id === options.source.id;
    const given = {
      id: newIds.get(task.id) as string,
      parent_id: isRoot ? null : (newIds.get(task.parent_id ?? '') ?? null),
      task_tree_id: newIds.get(options.source.id) as string,
      user_id: options.userId,
      name: task.name,
      position,
      priority: task.priority,
      has_children: parents.has(task.id),
      original_task_id: task.id,
      dependencies: options.recursive ? copyDependencies(task, newIds, isLink) : [],
      ...(isLink ? linkFields(task) : { ...copyFields(task), ...reset }),
    };
    return withNextRun(newTaskRecord(given, options.now));
  });
  return { tasks, referenced: originals.map((task) => task.id), archived: [] };
}

/** reset_fields may give the copies a schedule. */
function withNextRun(task: TaskRecord): TaskRecord {
  if (task.schedule_type === null && !task.schedule_enabled) return task;
  const nowMs = Date.parse(task.created_at ?? '');
  const found = scheduleProblem(task, nowMs);
  if (found !== null)
    throw new AppError('invalid_params', `reset_fields:\n- '${found.field}' ${found.problem}`);
  return { ...task, next_run_at: task.next_run_at ?? nextRunAt(task, nowMs) };
}

/** Source first, then its descendants by position. */
function originalsOf(options: CloneTreeOptions): TaskRecord[] {
  if (!options.recursive) return [options.source];
  const ids = subtreeIds(childrenByParent(options.tree), options.source.id);
  ids.delete(options.source.id);
  return [options.source, ...options.tree.filter((task) => ids.has(task.id))];
}

function linkedIds(options: CloneTreeOptions, originals: readonly TaskRecord[]): Set<string> {
  if (options.mode === 'link') return new Set(originals.map((task) => task.id));
  if (options.mode !== 'mixed') return new Set();
  const known = new Set(originals.map((task) => task.id));
  const unknown = options.linkTaskIds.find((id) => !known.has(id));
  if (unknown !== undefined)
    throw new AppError(
      'invalid_params',
      `link_task_ids: task '${unknown}' is not among the tasks to clone from '${options.source.id}'.`,
    );
  return new Set(options.linkTaskIds);
}

function refuseUnfinished(tasks: readonly TaskRecord[], source: TaskRecord, verb: string): void {
  const unfinished = tasks.find((task) => task.status !== 'completed');
  if (unfinished === undefined) return;
  throw new AppError(
    'conflict',
    `Cannot ${verb} task '${source.id}': only completed tasks can be used this way, but task '${unfinished.id}' is '${unfinished.status}'. Run it first or use origin_type 'copy'.`,
  );
}

function resetPatch(options: CloneTreeOptions): FieldPatch {
  // The owner may be restated, not changed.
  const { user_id: userId, ...fields } = options.resetFields;
  if (userId !== undefined && userId !== options.userId)
    throw new AppError(
      'forbidden',
      `Permission denied: User ${options.userId} can only create their own resources, not user ${String(userId)}'s resources`,
    );
  const { patch, problems } = readPatch(fields);
  const cannot = Object.hasOwn(fields, 'dependencies')
    ? [...problems, "Cannot update 'dependencies': a clone keeps the dependencies of its original"]
    : problems;
  if (cannot.length === 0) return patch;
  throw new AppError('invalid_params', `reset_fields:\n${cannot.map((line) => `- ${line}`).join('\n')}`);
}

/** A link has nothing to depend on any more, so what lies outside is left out; a copy could never run without it. */
function copyDependencies(
  task: TaskRecord,
  newIds: ReadonlyMap<string, string>,
  isLink: boolean,
): Dependency[] {
  return task.dependencies.flatMap((dependency): Dependency[] => {
    const id = newIds.get(dependencyId(dependency));
    if (id !== undefined) return [typeof dependency === 'string' ? id : { ...dependency, id }];
    if (isLink) return [];
    throw new AppError(
      'invalid_params',
      `Cannot copy task '${task.id}': it depends on task '${dependencyId(dependency)}', which is outside the copied subtree. Copy a task that contains both.`,
    );
  });
}

/** From the stored inputs: what dependencies injected belongs to the original's run. */
function copyFields(task: TaskRecord): Partial<TaskRecord> {
  return {
    origin_type: 'copy',
    inputs: task.stored_inputs,
    params: task.params,
    schemas: task.schemas,
    policy: task.policy,
  };
}

function linkFields(task: TaskRecord): Partial<TaskRecord> {
  return {
    origin_type: 'link',
    status: task.status,
    result: task.result,
    error: task.error,
    progress: task.progress,
    started_at: task.started_at,
    completed_at: task.completed_at,
    demo: task.demo,
    token_usage: task.token_usage,
  };
}
