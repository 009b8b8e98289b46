/** Guests who were away for thirty days go, with their tasks, personas, studies and conversations: their cookie has ended, nobody can reach them any more. */
import { isoMicros } from '../core/time.ts';
import type { Store } from '../ports/store.ts';
import { SESSION_SECONDS } from './session-cookie.ts';

const GUESTS_AT_A_TIME = 100;
const TASKS_AT_A_TIME = 500;

/** How many guests went. One with an active run stays until it has ended. */
export async function sweepGuests(store: Store, now: number): Promise<number> {
  const before = isoMicros(now - SESSION_SECONDS * 1_000);
  let gone = 0;
  for (;;) {
    const idle = await store.users.idleGuests(before, GUESTS_AT_A_TIME);
    for (const userId of idle) await deleteTasksOf(store, userId);
    if (idle.length > 0) await store.personas.removeOf(idle);
    if (idle.length > 0) await store.studies.removeOf(idle);
    if (idle.length > 0) await store.conversations.removeOf(idle);
    if (idle.length > 0) await store.users.remove(idle);
    gone += idle.length;
    if (idle.length < GUESTS_AT_A_TIME) return gone;
  }
}

async function deleteTasksOf(store: Store, userId: string): Promise<void> {
  for (;;) {
    const tasks = await store.tasks.list({ userId, limit: TASKS_AT_A_TIME, offset: 0 });
    if (tasks.length === 0) return;
    const deleted = await store.tasks.delete(tasks.map((task) => task.id));
    // Somebody else has deleted them in between, or nothing can be: either way there is no going on.
    if (deleted === 0) return;
  }
}
