/** `tasks.update`: what may change in a task, and when. Finds all problems at once, in the contract's words. */
import { AppError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { nextRunAt, PLANNED_BY, scheduleProblem } from '../schedule/plan-schedule.ts';
import { type Dependency, dependencyId, isTerminal, type TaskRecord } from '../task.ts';
import { cycleText, findCycle } from './find-cycle.ts';
import { pythonTypeName } from './python-type-name.ts';
import { type FieldPatch, type PatchReading, readPatch } from './read-patch.ts';
import { resolveDependency } from './resolve-dependencies.ts';

/**
 * The patch to store and the problems that forbid it (then throw `updateFailure`). `tree` holds all rows of the
 * task's tree. With `now` (ISO-8601), a status that starts or ends the task also stamps started_at or completed_at.
 */
export function checkUpdate(
  task: TaskRecord,
  tree: readonly TaskRecord[],
  params: JsonObject,
  now?: string,
): PatchReading {
  const { patch, problems } = readPatch(params);
  if (Object.hasOwn(params, 'dependencies')) {
    const reading = readDependencies(task, tree, params['dependencies']);
    if (typeof reading === 'string') problems.push(reading);
    else patch.dependencies = reading;
  }
  if (now !== undefined && patch.status !== undefined) stampTimes(task, patch, patch.status, now);
  if (now !== undefined && PLANNED_BY.some((field) => Object.hasOwn(patch, field)))
    planSchedule(task, patch, problems, Date.parse(now));
  return { patch, problems };
}

/** A next_run_at the client gives stands; else it follows from the other fields. */
function planSchedule(task: TaskRecord, patch: FieldPatch, problems: string[], nowMs: number): void {
  const planned: TaskRecord = { ...task, ...patch };
  const found = scheduleProblem(planned, nowMs);
  if (found !== null) problems.push(`Cannot update '${found.field}': ${found.problem}`);
  else if (patch.next_run_at === undefined) patch.next_run_at = nextRunAt(planned, nowMs);
}

/** All problems in one text, as existing clients print it. */
export function updateFailure(problems: readonly string[]): AppError {
  return new AppError('invalid_params', `Update failed:\n${problems.map((line) => `- ${line}`).join('\n')}`);
}

function stampTimes(task: TaskRecord, patch: FieldPatch, status: TaskRecord['status'], now: string): void {
  if (isTerminal(status) && patch.completed_at === undefined) patch.completed_at = now;
  if (status === 'in_progress' && task.started_at === null && patch.started_at === undefined)
    patch.started_at = now;
}

/** The dependencies as stored, or the first problem. */
function readDependencies(
  task: TaskRecord,
  tree: readonly TaskRecord[],
  entries: unknown,
): Dependency[] | string {
  if (task.status !== 'pending')
    return `Cannot update 'dependencies': task status is '${task.status}' (must be 'pending')`;
  if (!Array.isArray(entries))
    return `Cannot update 'dependencies': must be a list, got ${pythonTypeName(entries)}`;
  const idOf = new Map(tree.map((other) => [other.name, other.id]));
  for (const other of tree) idOf.set(other.id, other.id);
  const dependencies: Dependency[] = [];
  for (const [place, entry] of (entries as unknown[]).entries()) {
    const reading = resolveDependency(entry, (reference) => idOf.get(reference));
    if ('problem' in reading) return `Cannot update 'dependencies': entry ${place} ${reading.problem}`;
    if ('unknown' in reading)
      return `Dependency reference '${reading.unknown}' not found for user '${task.user_id}'`;
    dependencies.push(reading.dependency);
  }
  return cycleProblem(task, tree, dependencies) ?? executingProblem(task, tree) ?? dependencies;
}

function cycleProblem(
  task: TaskRecord,
  tree: readonly TaskRecord[],
  dependencies: readonly Dependency[],
): string | null {
  const indexOf = new Map(tree.map((other, index) => [other.id, index]));
  const waitsFor = tree.map((other) => {
    const links = other.id === task.id ? dependencies : other.dependencies;
    return links.flatMap((dependency) => indexOf.get(dependencyId(dependency)) ?? []);
  });
  tree.forEach((other, index) => {
    const parent = other.parent_id === null ? undefined : indexOf.get(other.parent_id);
    if (parent !== undefined) waitsFor[parent]?.push(index);
  });
  const found = findCycle(waitsFor);
  return found < 0 ? null : cycleText(tree[found]?.id ?? task.id);
}

function executingProblem(task: TaskRecord, tree: readonly TaskRecord[]): string | null {
  const executing = tree.filter(
    (other) =>
      other.status === 'in_progress' &&
      other.dependencies.some((dependency) => dependencyId(dependency) === task.id),
  );
  if (executing.length === 0) return null;
  const ids = executing.map((other) => `'${other.id}'`).join(', ');
  return `Cannot update dependencies: task '${task.id}' has dependent tasks that are executing: [${ids}]`;
}
