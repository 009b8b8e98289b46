/**
 * `tasks.create`: checks what a client sent and turns it into the rows of a new tree. Everything is linear in the
 * number of tasks and free of recursion, so that no posted tree can hang or overflow the server.
 */
import { AppError } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { type Dependency, dependencyId, type TaskRecord, TREE_LIMITS } from '../task.ts';
import { jsonProblem, textProblem } from './check-json.ts';
import { cycleText, findCycle } from './find-cycle.ts';
import { newTaskRecord } from './new-task-record.ts';
import { pythonTypeName } from './python-type-name.ts';
import { resolveDependency } from './resolve-dependencies.ts';
import { readField, type WritableField } from './task-fields.ts';

export interface ValidateTreeContext {
  /** The caller: owner of tasks that name none. */
  readonly userId: string;
  /** May create for others. */
  readonly isAdmin: boolean;
  /** ISO-8601 with microseconds. */
  readonly now: string;
  /** Makes the id of a task that has none. */
  newId(): string;
}

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

/** A task of the array while its references are still as the client wrote them. */
interface Draft {
  readonly index: number;
  readonly raw: JsonObject;
  readonly name: string;
  readonly id: string;
  /** How the client knows the task: its id if it gave one, else its name. */
  readonly label: string;
}

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
    return newTaskRecord(given, context.now);
  });
}

function refuse(message: string): never {
  throw new AppError('invalid_params', message);
}

function readDrafts(input: unknown, context: ValidateTreeContext): Draft[] {
  const tasks = Array.isArray(input) ? (input as unknown[]) : [input];
  if (tasks.length === 0) refuse('Tasks array cannot be empty');
  if (tasks.length > TREE_LIMITS.tasks)
    refuse(`A tree may have at most ${TREE_LIMITS.tasks} tasks, got ${tasks.length}; split it`);
  const ids = new Set<string>();
  const names = new Set<string>();
  return tasks.map((raw, index) => {
    if (!isJsonObject(raw)) refuse(`Task at index ${index} must be an object, got ${pythonTypeName(raw)}`);
    const name = nameOf(raw, index);
    if (names.has(name))
      refuse(
        `Task at index ${index}: name '${name}' is not unique. All task names of a tree must be unique; rename one.`,
      );
    names.add(name);
    const givenId = idOf(raw, index);
    if (givenId !== null && ids.has(givenId)) refuse(`Duplicate task id '${givenId}' at index ${index}`);
    const id = givenId ?? context.newId();
    ids.add(id);
    return { index, raw, name, id, label: givenId ?? name };
  });
}

function nameOf(raw: JsonObject, index: number): string {
  const name = member(raw, 'name');
  if (name === null || name === '') refuse(`Task at index ${index} must have a 'name' field`);
  const reading = readField('name', name);
  if ('problem' in reading) refuse(`Task at index ${index}: 'name' ${reading.problem}`);
  return reading.value as string;
}

function idOf(raw: JsonObject, index: number): string | null {
  const id = member(raw, 'id');
  if (id === null || id === '') return null;
  if (typeof id !== 'string') refuse(`Task at index ${index}: 'id' must be a str, got ${pythonTypeName(id)}`);
  const problem = idProblem(id);
  if (problem !== null) refuse(`Task at index ${index}: 'id' ${problem}`);
  return id;
}

function idProblem(id: string): string | null {
  const problem = textProblem(id);
  if (problem !== null) return problem;
  if (id.length > TREE_LIMITS.idLength || /[\p{Cc}\u2028\u2029]/u.test(id))
    return `must be 1 to ${TREE_LIMITS.idLength} printable characters`;
  return null;
}

/** The member's value; null when it is absent or says nothing. */
function member(raw: JsonObject, name: string): unknown {
  return Object.hasOwn(raw, name) ? (raw[name] ?? null) : null;
}

function ownerOf(drafts: readonly Draft[], context: ValidateTreeContext): string {
  let owner: string | null = null;
  for (const draft of drafts) {
    const userId = member(draft.raw, 'user_id');
    if (userId === null || userId === '') continue;
    if (typeof userId !== 'string')
      refuse(`Task '${draft.label}': 'user_id' must be a str, got ${pythonTypeName(userId)}`);
    const problem = idProblem(userId);
    if (problem !== null) refuse(`Task '${draft.label}': 'user_id' ${problem}`);
    if (userId !== context.userId && !context.isAdmin)
      throw new AppError(
        'forbidden',
        `Permission denied: User ${context.userId} can only create their own resources, not user ${userId}'s resources`,
      );
    if (owner !== null && owner !== userId)
      refuse(
        `Task '${draft.label}': 'user_id' is '${userId}', others have '${owner}'. All tasks of a tree must have one user_id.`,
      );
    owner = userId;
  }
  return owner ?? context.userId;
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

function onlyRoot(drafts: readonly Draft[], parents: readonly number[]): number {
  const roots = drafts.filter((draft) => parents[draft.index] === -1);
  if (roots.length === 0) {
    // Without a root every chain of parents runs in a circle: the cycle is the better message.
    refuseCycles(drafts, parents, []);
    refuse('No root task found: one task of the array must have no parent_id.');
  }
  if (roots.length > 1) {
    const names = roots.slice(0, 10).map((draft) => `'${draft.name}'`);
    const more = roots.length > 10 ? ', …' : '';
    refuse(
      `Multiple root tasks found: [${names.join(', ')}${more}]. All tasks must be in a single task tree: only one task may have no parent_id.`,
    );
  }
  return (roots[0] as Draft).index;
}

function refuseCycles(
  drafts: readonly Draft[],
  parents: readonly number[],
  dependencies: readonly (readonly Dependency[])[],
): void {
  const indexOf = new Map(drafts.map((draft) => [draft.id, draft.index]));
  const waitsFor = drafts.map((_, index) =>
    (dependencies[index] ?? []).map((dependency) => indexOf.get(dependencyId(dependency)) as number),
  );
  // A parent runs after its children, so a dependency on an ancestor is a cycle too.
  parents.forEach((parent, index) => {
    if (parent >= 0) waitsFor[parent]?.push(index);
  });
  const found = findCycle(waitsFor);
  if (found >= 0) refuse(cycleText((drafts[found] as Draft).label));
}

/** Parents are acyclic here; each chain is walked until a known depth, so the whole is linear. */
function refuseDepth(drafts: readonly Draft[], parents: readonly number[]): void {
  const depths = new Int32Array(drafts.length);
  for (const draft of drafts) {
    const chain: number[] = [];
    for (let at = draft.index; at >= 0 && depths[at] === 0; at = parents[at] as number) chain.push(at);
    for (const index of chain.reverse()) {
      const depth = (depths[parents[index] as number] ?? 0) + 1;
      if (depth > TREE_LIMITS.depth)
        refuse(
          `Task '${(drafts[index] as Draft).label}' is deeper than ${TREE_LIMITS.depth} levels; hang it higher or use dependencies for order.`,
        );
      depths[index] = depth;
    }
  }
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

/** A reference as an error may print it. */
function shown(reference: string): string {
  const problem = jsonProblem(reference, '');
  return problem === null ? reference.slice(0, TREE_LIMITS.idLength) : reference.toWellFormed().slice(0, 50);
}
