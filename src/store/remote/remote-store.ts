/** The store of a worker on a named queue: every verb is a call to the API, which alone has the database. */
import type { RunEvent } from '../../core/run-event.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { WorkerCall } from '../../core/worker-protocol.ts';
import type { RunContext, RunStore, TaskWorkerStore } from '../../ports/store.ts';
import type { StoreLogger } from '../store-logger.ts';

/** Asks the API. Rejects with AppError: the API's own, or `unavailable` when it does not answer. */
export type PostCall = (call: WorkerCall, parameters: object) => Promise<unknown>;

export function createRemoteStore(post: PostCall, logger: StoreLogger): TaskWorkerStore {
  const getMany = async (taskIds: readonly string[]) => (await post('tasks', { taskIds })) as TaskRecord[];
  return {
    kind: 'remote',
    tasks: { getMany, get: async (taskId) => (await getMany([taskId]))[0] ?? null },
    runs: {
      context: async (runId) => (await post('context', { runId })) as RunContext | null,
      outcomes: async (runId, taskIds) =>
        (await post('outcomes', { runId, taskIds })) as Awaited<ReturnType<RunStore['outcomes']>>,
      steps: async (runId, taskIds) =>
        (await post('steps', { runId, taskIds })) as Awaited<ReturnType<RunStore['steps']>>,
      commit: async ({ runId, outcomes = [], events = [], steps = [], attempts = [], userPlan = null }) =>
        (await post('commit', { runId, outcomes, events, steps, attempts, userPlan })) as Awaited<
          ReturnType<RunStore['commit']>
        >,
    },
    events: { publish: inOrder(post, logger) },
  };
}

/** Nobody waits for pieces of output, but they must not overtake each other. */
function inOrder(post: PostCall, logger: StoreLogger): (event: RunEvent) => void {
  let last: Promise<unknown> = Promise.resolve();
  return ({ type, ...delta }) => {
    if (type !== 'task-delta') return;
    last = last
      .then(() => post('delta', delta))
      .catch((error: unknown) =>
        logger.warn({ err: error, run_id: delta.runId }, 'output could not be streamed'),
      );
  };
}
