/** Whether a task and its subtree may be deleted: only what never ran and nobody links to. */
import { AppError } from '../errors.ts';
import type { TaskRecord } from '../task.ts';

/**
 * Throws `conflict` with all reasons at once. `subtree` holds the descendants (the task itself may be among them),
 * `linkedIds` those of them, or the task, that some other task links to.
 */
export function checkDelete(
  task: Pick<TaskRecord, 'id' | 'status'>,
  subtree: readonly Pick<TaskRecord, 'id' | 'status'>[],
  linkedIds: readonly string[],
): void {
  const reasons: string[] = [];
  const busy = subtree.filter((other) => other.id !== task.id && other.status !== 'pending');
  if (busy.length > 0) {
    const listed = busy.map((other) => `${other.id}: ${other.status}`).join(', ');
    reasons.push(`task has ${busy.length} non-pending children: [${listed}]`);
  }
  if (task.status !== 'pending') reasons.push(`task status is '${task.status}' (must be 'pending')`);
  if (linkedIds.length > 0)
    reasons.push(`other tasks link to ${linkedIds.length} of its tasks: [${linkedIds.join(', ')}]`);
  if (reasons.length > 0) throw new AppError('conflict', `Cannot delete task: ${reasons.join('; ')}`);
}
