/** What the methods that write tasks do about their schedules; nothing at all for tasks that have none. */
import type { TaskCharge, TaskRecord } from '../../core/task.ts';
import type { Call } from '../method.ts';
import { chargedOf } from './charged-of.ts';

/** Scheduled tasks keep whom their runs are charged to: later nobody is there to ask. */
export function withCharge(call: Call, tasks: TaskRecord[]): TaskRecord[] {
  if (tasks.every((task) => task.schedule_type === null)) return tasks;
  return tasks.map((task) =>
    task.schedule_type === null ? task : { ...task, charged_to: chargeOf(call, task.user_id) },
  );
}

/** null where somebody else (an admin) sets it up: the owner pays, as such. */
export function chargeOf(call: Call, ownerId: string | null): TaskCharge | null {
  if (ownerId !== call.identity.userId) return null;
  const { subject, ipHash, plan } = chargedOf(call.identity);
  return { subject, ip_hash: ipHash, plan };
}

/** After the rows were written. Never throws: what fails is repaired later. */
export async function syncSchedules(call: Call, tasks: readonly TaskRecord[]): Promise<void> {
  const scheduled = tasks.filter((task) => task.schedule_type !== null);
  if (scheduled.length > 0) await call.deps.schedules.sync(scheduled);
}
