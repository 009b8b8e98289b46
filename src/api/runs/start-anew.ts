/** Runs a stored task from its beginning, as schedules and triggers do, and keeps its schedule's count of such runs. */
import { nextRunAt } from '../../core/schedule/plan-schedule.ts';
import type { TaskRecord } from '../../core/task.ts';
import { isoMicros } from '../../core/time.ts';
import type { Charged } from '../../ports/ledger.ts';
import type { IdempotencyRecord, TaskPatch } from '../../ports/store.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { Call } from '../method.ts';
import { type AcceptedRun, acceptRun } from './accept-run.ts';

/** Throws as `acceptRun` does. */
export async function startAnew(
  call: Call,
  task: TaskRecord,
  options: {
    /** Who pays; null = the caller. */
    readonly charged: Charged | null;
    readonly idempotency: (runId: string) => IdempotencyRecord | undefined;
  },
): Promise<AcceptedRun> {
  const { store, settings } = call.deps;
  return acceptRun(call, {
    tree: await store.tasks.tree(task.task_tree_id ?? task.id),
    targetId: task.id,
    isNew: false,
    fresh: true,
    useDemo: settings.forceDemo,
    options: settings.forceDemo ? { demoReason: 'forced' } : {},
    ...(options.charged === null ? {} : { charged: options.charged }),
    idempotency: options.idempotency,
  });
}

/**
 * After a time of the schedule, or a trigger: when it runs next, and, if it ran, that it did. What a repeat of the same
 * attempt has counted is not counted again. Nothing at all for tasks without a schedule.
 */
export async function noteTime(
  deps: ApiDeps,
  taskId: string,
  { atMs, hasRun }: { readonly atMs: number; readonly hasRun: boolean },
): Promise<void> {
  const task = await deps.store.tasks.get(taskId);
  if (task === null || task.schedule_type === null) return;
  const at = isoMicros(atMs);
  const isCounted = hasRun && (task.last_run_at ?? '') < at;
  const runCount = task.run_count + (isCounted ? 1 : 0);
  const afterMs = Math.max(atMs, deps.clock.now());
  const next = nextRunAt({ ...task, run_count: runCount }, afterMs);
  const patch: TaskPatch = {
    next_run_at: next,
    ...(isCounted ? { last_run_at: at, run_count: runCount } : {}),
    ...(next === null ? { schedule_enabled: false } : {}),
  };
  const updated = await deps.store.tasks.update(task.id, patch);
  if (updated === null) return;
  if (next === null) await deps.schedules.sync([updated]);
  // Somebody has changed the schedule meanwhile.
  const planned = nextRunAt(updated, afterMs);
  if (planned !== updated.next_run_at) await deps.store.tasks.update(task.id, { next_run_at: planned });
}
