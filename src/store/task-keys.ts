/** Task ids are unique over all users; a collision has one text whoever owns the other. */
import { AppError } from '../core/errors.ts';
import type { TaskRecord } from '../core/task.ts';
import type { Session } from './session.ts';

/** Costs a query only after an optimistic insert has failed. */
export async function requireFreeTaskIds(session: Session, tasks: readonly TaskRecord[]): Promise<void> {
  const seen = new Set<string>();
  for (const { id } of tasks) {
    if (seen.has(id)) throw taken(id);
    seen.add(id);
  }
  if (!session.isCareful) return;
  const rows = await session.query('SELECT id FROM tasks WHERE id IN (SELECT unnest($1::text[]))', [
    [...seen],
  ]);
  const standing = new Set(rows.map((row) => String(row['id'])));
  const first = tasks.find((task) => standing.has(task.id));
  if (first !== undefined) throw taken(first.id);
}

function taken(id: string): AppError {
  return new AppError('conflict', `Task with id '${id}' already exists`);
}
