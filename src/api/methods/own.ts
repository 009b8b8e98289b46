/** Ownership: what is not yours does not exist, and only an admin names somebody else. */
import { AppError } from '../../core/errors.ts';
import type { Run } from '../../core/run.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Call } from '../method.ts';

/** All that ownership needs of a call: routes that are no method have it too. */
type Caller = Pick<Call, 'deps' | 'identity'>;

export function canSee(identity: Identity, ownerId: string | null): boolean {
  return identity.isAdmin || ownerId === identity.userId;
}

/** The task, or null when it is unknown or another user's: callers cannot tell which. */
export async function findOwnTask(call: Caller, taskId: string): Promise<TaskRecord | null> {
  const task = await call.deps.store.tasks.get(taskId);
  return task !== null && canSee(call.identity, task.user_id) ? task : null;
}

/** Throws `not_found` with "Task X not found" (or "Parent task X not found"). */
export async function requireOwnTask(call: Caller, taskId: string, noun = 'Task'): Promise<TaskRecord> {
  const task = await findOwnTask(call, taskId);
  if (task === null) throw new AppError('not_found', `${noun} ${taskId} not found`);
  return task;
}

/** All rows of the task's tree by position. */
export function treeOf(call: Call, task: TaskRecord): Promise<TaskRecord[]> {
  return call.deps.store.tasks.tree(task.task_tree_id ?? task.id);
}

/** Throws `not_found` with "Run X not found". */
export async function requireOwnRun(call: Caller, runId: string): Promise<Run> {
  const run = await call.deps.store.runs.get(runId);
  if (run === null || !canSee(call.identity, run.user_id))
    throw new AppError('not_found', `Run ${runId} not found`);
  return run;
}

/**
 * Whose rows a query covers: the caller's own, the named user's for an admin, everybody's (undefined) for an admin who
 * names nobody. Throws `forbidden` with the contract's text.
 */
export function scopeUser(
  identity: Identity,
  userId: string | null | undefined,
  verb: string,
): string | undefined {
  const named = userId === '' ? undefined : (userId ?? undefined);
  if (identity.isAdmin) return named;
  if (named !== undefined && named !== identity.userId)
    throw new AppError(
      'forbidden',
      `Permission denied: User ${identity.userId} can only ${verb} their own resources, not user ${named}'s resources`,
    );
  return identity.userId;
}
