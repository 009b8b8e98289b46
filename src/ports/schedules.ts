/** What keeps the times at which tasks run by themselves. The only implementation is src/temporal/task-schedules.ts. */
import type { TaskRecord } from '../core/task.ts';

export interface TaskSchedules {
  /**
   * Makes what fires equal to what the rows of these tasks say now; a task that is gone fires no more. Never throws:
   * what could not be done is repaired by the next `repair`.
   */
  sync(tasks: readonly Pick<TaskRecord, 'id' | 'user_id'>[]): Promise<void>;
}
