/** Gives executors the parts of the server that they work with. */
import type { ExecutorServices } from '../core/executor-services.ts';

/** For a process that has the store. */
export function makeServices(): ExecutorServices {
  return {};
}

/** For a worker of a named queue, which has no store: what needs one throws `task_failed`. */
export function makeQueueServices(): ExecutorServices {
  return {};
}
