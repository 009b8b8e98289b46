/** What the methods that write tasks do about their schedules; nothing at all for tasks that have none. */
import { AppError } from '../../core/errors.ts';
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

/**
 * Throws `conflict` when the owner would have more schedules switched on than are allowed. Two at once may both pass: it
 * is there against thousands.
 */
export async function requireRoomForSchedules(call: Call, tasks: readonly TaskRecord[]): Promise<void> {
  const limit = call.deps.settings.maxSchedulesPerUser;
  const wanted = tasks.filter((task) => task.schedule_enabled);
  const ownerId = wanted[0]?.user_id;
  if (limit === null || ownerId == null || call.identity.plan === 'internal') return;
  const ids = new Set(wanted.map(({ id }) => id));
  const others = (await call.deps.store.tasks.scheduled(ownerId)).filter(
    (task) => task.schedule_enabled && !ids.has(task.id),
  );
  if (others.length + wanted.length <= limit) return;
  throw new AppError(
    'conflict',
    `'schedule_enabled' cannot be true: ${limit} schedules may be switched on at once (MAX_SCHEDULES_PER_USER); pause another first`,
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
