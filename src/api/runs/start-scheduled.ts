/**
 * A schedule's time has come: the task is accepted like any other execution, with its owner's rights and quota, and
 * its row says when it ran and when it runs next.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { ScheduledOutcome, ScheduledStart } from '../../core/run-protocol.ts';
import { nextRunAt } from '../../core/schedule/plan-schedule.ts';
import type { TaskRecord } from '../../core/task.ts';
import { isoMicros } from '../../core/time.ts';
import type { TaskPatch } from '../../ports/store.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { acceptRun } from './accept-run.ts';
import { ownerCall } from './owner-call.ts';

/** Throws what a repeat may mend (`unavailable`); everything else is an outcome. */
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
    await note(deps, task, start, outcome);
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
  const { forceDemo } = deps.settings;
  try {
    return await idempotently<ScheduledOutcome>(
      call,
      'tasks.scheduled.start',
      { task_id: task.id },
      {
        perform: async (record) => {
          const accepted = await acceptRun(call, {
            tree: await deps.store.tasks.tree(task.task_tree_id ?? task.id),
            targetId: task.id,
            isNew: false,
            fresh: true,
            useDemo: forceDemo,
            options: forceDemo ? { demoReason: 'forced' } : {},
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
    deps.logger.warn({ task_id: task.id, code: error.code, err: error }, 'A scheduled run was refused');
    return { status: 'skipped', runId: null, reason: error.message };
  }
}

/** A time that was skipped is over too: it is not counted, but the next one is shown. */
async function note(
  deps: ApiDeps,
  task: TaskRecord,
  start: ScheduledStart,
  outcome: ScheduledOutcome,
): Promise<void> {
  const firedAt = isoMicros(start.firedAtMs);
  // A repeat of an attempt that had got as far as here must not count again.
  const isCounted = outcome.status === 'started' && (task.last_run_at ?? '') < firedAt;
  const runCount = task.run_count + (isCounted ? 1 : 0);
  const afterMs = Math.max(start.firedAtMs, deps.clock.now());
  const next = nextRunAt({ ...task, run_count: runCount }, afterMs);
  const patch: TaskPatch = {
    next_run_at: next,
    ...(isCounted ? { last_run_at: firedAt, run_count: runCount } : {}),
    ...(next === null ? { schedule_enabled: false } : {}),
  };
  const updated = await deps.store.tasks.update(task.id, patch);
  if (next === null && updated !== null) await deps.schedules.sync([updated]);
}
