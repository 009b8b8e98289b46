/**
 * `tasks.create`: checks what a client sent and turns it into the rows of a new tree. Everything is linear in the
 * number of tasks and free of recursion, so that no posted tree can hang or overflow the server.
 */
import { nextRunAt, scheduleProblem } from '../schedule/plan-schedule.ts';
import { type Dependency, type TaskRecord, TREE_LIMITS } from '../task.ts';
import { jsonProblem } from './check-json.ts';
import { onlyRoot, refuseCycles, refuseDepth } from './check-shape.ts';
import { newTaskRecord } from './new-task-record.ts';
import { pythonTypeName } from './python-type-name.ts';
import { type Draft, member, ownerOf, readDrafts, refuse, type ValidateTreeContext } from './read-drafts.ts';
import { resolveDependency } from './resolve-dependencies.ts';
import { readField, type WritableField } from './task-fields.ts';

export type { ValidateTreeContext } from './read-drafts.ts';

/** What a client may say at creation; a status, result or progress it sends is ignored. */
const CREATE_FIELDS = [
  'priority',
  'inputs',
  'params',
  'schemas',
  'schedule_type',
  'schedule_expression',
  'schedule_enabled',
  'schedule_start_at',
  'schedule_end_at',
  'next_run_at',
  'max_runs',
  'policy',
] as const satisfies readonly WritableField[];

/**
 * The rows of the tree, root first, then in the array's order. `input` is one task or an array of them. Throws
 * `invalid_params` with a sentence that names task and field, `forbidden` when a task belongs to someone else.
 */
export function validateTree(input: unknown, context: ValidateTreeContext): TaskRecord[] {
  const drafts = readDrafts(input, context);
  const userId = ownerOf(drafts, context);
  const indexOf = referenceIndex(drafts);
  const parents = drafts.map((draft) => parentOf(draft, indexOf));
  const dependencies = drafts.map((draft) => dependenciesOf(draft, drafts, indexOf));
  const rootIndex = onlyRoot(drafts, parents);
  refuseCycles(drafts, parents, dependencies);
  refuseDepth(drafts, parents);

  const rootId = (drafts[rootIndex] as Draft).id;
  const hasChildren = new Set(parents);
  const order = [rootIndex, ...[...drafts.keys()].filter((index) => index !== rootIndex)];
  return order.map((index, position) => {
    const draft = drafts[index] as Draft;
    const given = {
      id: draft.id,
      parent_id: drafts[parents[index] as number]?.id ?? null,
      task_tree_id: rootId,
      user_id: userId,
      name: draft.name,
      position,
      dependencies: dependencies[index] as Dependency[],
      has_children: hasChildren.has(index),
      ...readFields(draft),
    };
    return withNextRun(draft, newTaskRecord(given, context.now));
  });
}

/** Index by id or name; an id wins over another task's name. */
function referenceIndex(drafts: readonly Draft[]): Map<string, number> {
  const indexOf = new Map(drafts.map((draft) => [draft.name, draft.index]));
  for (const draft of drafts) indexOf.set(draft.id, draft.index);
  return indexOf;
}

/** -1 for a root. */
function parentOf(draft: Draft, indexOf: ReadonlyMap<string, number>): number {
  const parentId = member(draft.raw, 'parent_id');
  if (parentId === null || parentId === '') return -1;
  if (typeof parentId !== 'string')
    refuse(`Task '${draft.label}': 'parent_id' must be a str, got ${pythonTypeName(parentId)}`);
  const parent = indexOf.get(parentId);
  if (parent === undefined)
    refuse(
      `Task '${draft.name}' at index ${draft.index} has parent_id '${shown(parentId)}' which is not in the tasks array (not found as id or name). parent_id must reference a task within the same array.`,
    );
  return parent;
}

function dependenciesOf(
  draft: Draft,
  drafts: readonly Draft[],
  indexOf: ReadonlyMap<string, number>,
): Dependency[] {
  const entries = member(draft.raw, 'dependencies');
  if (entries === null) return [];
  if (!Array.isArray(entries))
    refuse(`Task '${draft.label}': 'dependencies' must be a list, got ${pythonTypeName(entries)}`);
  return entries.map((entry: unknown, place) => {
    const reading = resolveDependency(entry, (reference) => drafts[indexOf.get(reference) ?? -1]?.id);
    if ('problem' in reading) refuse(`Task '${draft.label}': dependencies[${place}] ${reading.problem}`);
    if ('unknown' in reading)
      refuse(
        `Task '${draft.name}' at index ${draft.index} has dependency reference '${shown(reading.unknown)}' which is not in the tasks array (not found as id or name). Dependencies must reference tasks within the same array.`,
      );
    return reading.dependency;
  });
}

function readFields(draft: Draft): Partial<TaskRecord> {
  const values: [string, unknown][] = [];
  for (const field of CREATE_FIELDS) {
    const value = member(draft.raw, field);
    if (value === null) continue;
    const reading = readField(field, value);
    if ('problem' in reading) refuse(`Task '${draft.label}': '${field}' ${reading.problem}`);
    values.push([field, reading.value]);
  }
  return Object.fromEntries(values) as Partial<TaskRecord>;
}

/** A schedule is checked when it is written; a next_run_at the client gives stands. */
function withNextRun(draft: Draft, task: TaskRecord): TaskRecord {
  if (task.schedule_type === null && !task.schedule_enabled) return task;
  const nowMs = Date.parse(task.created_at ?? '');
  const found = scheduleProblem(task, nowMs);
  if (found !== null) refuse(`Task '${draft.label}': '${found.field}' ${found.problem}`);
  return { ...task, next_run_at: task.next_run_at ?? nextRunAt(task, nowMs) };
}

/** A reference as an error may print it. */
function shown(reference: string): string {
  const problem = jsonProblem(reference, '');
  return problem === null ? reference.slice(0, TREE_LIMITS.idLength) : reference.toWellFormed().slice(0, 50);
}
