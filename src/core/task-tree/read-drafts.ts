/** Reads the posted array into drafts: names, ids and the owner, while references are still as the client wrote them. */
import { AppError } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { TREE_LIMITS } from '../task.ts';
import { textProblem } from './check-json.ts';
import { pythonTypeName } from './python-type-name.ts';
import { readField } from './task-fields.ts';

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

/** A task of the array while its references are still as the client wrote them. */
export interface Draft {
  readonly index: number;
  readonly raw: JsonObject;
  readonly name: string;
  readonly id: string;
  /** How the client knows the task: its id if it gave one, else its name. */
  readonly label: string;
}

/** Ends the call with a sentence for the client. */
export function refuse(message: string): never {
  throw new AppError('invalid_params', message);
}

/** One draft a task, in order. `input` is one task or an array of them; names and ids are unique after this. */
export function readDrafts(input: unknown, context: ValidateTreeContext): Draft[] {
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
export function member(raw: JsonObject, name: string): unknown {
  return Object.hasOwn(raw, name) ? (raw[name] ?? null) : null;
}

/** The one owner of all tasks. Throws `forbidden` when it is somebody else and the caller is no admin. */
export function ownerOf(drafts: readonly Draft[], context: ValidateTreeContext): string {
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
