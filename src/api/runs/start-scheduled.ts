/**
 * A schedule's time has come: the task is accepted like any other execution, with its owner's rights and quota, and
 * its row says when it ran and when it runs next.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { ScheduledOutcome, ScheduledStart } from '../../core/run-protocol.ts';
import type { TaskRecord } from '../../core/task.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { ownerCall } from './owner-call.ts';
import { noteTime, startAnew } from './start-anew.ts';

/** How long a time waits for a place among the trees that run at once. */
const SLOT_PATIENCE_MS = 10 * 60_000;

/** Throws what a repeat may mend (`unavailable`, `concurrency_exceeded` at first); everything else is an outcome. */
export function scheduledStarter(
  deps: ApiDeps,
  streams: StreamHub,
): (start: ScheduledStart) => Promise<ScheduledOutcome> {
  return async (start) => {
    const task = await deps.store.tasks.get(start.taskId);
    if (task === null || task.user_id !== start.userId || !task.schedule_enabled) {
      // A crash between row and schedule left it behind.
      await deps.schedules.sync([{ id: start.taskId, user_id: start.userId }]);
      return { status: 'ended', runId: null, reason: 'The task is not scheduled any more' };
    }
    const outcome = await accept(deps, streams, task, start);
    // A time that was skipped is over too: it is not counted, but the next one is shown.
    await noteTime(deps, task.id, { atMs: start.firedAtMs, hasRun: outcome.status === 'started' });
    return outcome;
  };
}

async function accept(
  deps: ApiDeps,
  streams: StreamHub,
  task: TaskRecord,
  start: ScheduledStart,
): Promise<ScheduledOutcome> {
  const { call, charged } = ownerCall(deps, streams, task, {
    requestId: start.fireId,
    source: 'schedule',
    idempotencyKey: createHash('sha256').update(start.fireId).digest('hex'),
  });
  try {
    return await idempotently<ScheduledOutcome>(
      call,
      'tasks.scheduled.start',
      { task_id: task.id },
      {
        perform: async (record) => {
          const accepted = await startAnew(call, task, {
            charged,
            idempotency: (runId) => record({ run_id: runId }),
          });
          return accepted.status === 'accepted'
            ? { status: 'started', runId: accepted.run.run_id, reason: null }
            : { status: 'skipped', runId: accepted.run.run_id, reason: 'The task is still running' };
        },
        replay: async (answer) => ({ status: 'started', runId: String(answer['run_id']), reason: null }),
        wasRefused: (outcome) => outcome.status !== 'started',
      },
    );
  } catch (error) {
    if (!AppError.is(error) || error.code === 'unavailable' || error.code === 'internal') throw error;
    // Several schedules of one user often name the same time: they take turns.
    if (error.code === 'concurrency_exceeded' && deps.clock.now() - start.firedAtMs < SLOT_PATIENCE_MS)
      throw new AppError(error.code, error.message, { retryable: true, cause: error });
    deps.logger.warn({ task_id: task.id, code: error.code, err: error }, 'A scheduled run was refused');
    return { status: 'skipped', runId: null, reason: error.message };
  }
}
