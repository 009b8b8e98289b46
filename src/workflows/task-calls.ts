/** How a group of tasks becomes a Temporal activity: options by task, one activity type per executor, batches. */
import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Plan, PlanTask } from '../core/plan.ts';
import type {
  AdvanceInput,
  AdvanceOutput,
  BeginWaitInput,
  BeginWaitOutput,
  EndWaitInput,
  EndWaitOutput,
  RunTasksInput,
  RunTasksOutput,
} from '../core/run-protocol.ts';

/** Above this many ready tasks of one batchable executor they share activities. */
const BATCH_THRESHOLD = 20;
const BATCH_SMALL = 20;
const BATCH_LARGE = 50;
const DEFAULT_TIMEOUT_MS = 300_000;
/** The wrapper aborts the executor at its timeout and needs a moment to write the outcome. */
const TIMEOUT_MARGIN_MS = 15_000;

/** Local activities that write rows: retried until the store answers, awaited when cancelled (their rows stand). */
export const rows = proxyLocalActivities<{
  advance(input: AdvanceInput): Promise<AdvanceOutput>;
  beginWait(input: BeginWaitInput): Promise<BeginWaitOutput>;
  endWait(input: EndWaitInput): Promise<EndWaitOutput>;
}>({
  startToCloseTimeout: '2 minutes',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** Groups ready tasks: alone by default; batchable ones of one executor and queue together when there are many. */
export function groupTasks(plan: Plan, ready: readonly number[]): number[][] {
  const groups: number[][] = [];
  const batches = new Map<string, number[]>();
  for (const index of ready) {
    const task = plan.tasks[index] as PlanTask;
    if (task.batchable !== true) groups.push([index]);
    else {
      const key = `${task.executor} ${task.queue ?? ''} ${task.timeoutMs ?? ''}`;
      batches.set(key, [...(batches.get(key) ?? []), index]);
    }
  }
  for (const members of batches.values()) {
    const size = members.length <= BATCH_THRESHOLD ? 1 : members.length >= 500 ? BATCH_LARGE : BATCH_SMALL;
    for (let from = 0; from < members.length; from += size) groups.push(members.slice(from, from + size));
  }
  return groups;
}

/**
 * Schedules one activity for a group. Temporal's own attempts are unlimited: they stand for lost workers; how often an
 * executor may fail is counted by the wrapper in the task's row.
 */
export function callTasks(
  plan: Plan,
  group: readonly number[],
  input: RunTasksInput,
  heartbeatTimeoutMs: number,
): Promise<RunTasksOutput> {
  const first = plan.tasks[group[0] as number] as PlanTask;
  const timeoutMs = (first.timeoutMs ?? DEFAULT_TIMEOUT_MS) * group.length;
  const activities = proxyActivities<Record<string, (input: RunTasksInput) => Promise<RunTasksOutput>>>({
    ...(first.queue === undefined ? {} : { taskQueue: first.queue }),
    startToCloseTimeout: timeoutMs + TIMEOUT_MARGIN_MS,
    heartbeatTimeout: heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: first.backoffMs ?? 1_000, backoffCoefficient: 2, maximumInterval: '1 minute' },
    priority: { priorityKey: Math.min(Math.max(first.priority, 0), 3) + 1 },
    allowEagerDispatch: first.batchable === true,
    summary: group.length > 1 ? `${group.length} tasks` : (first.label ?? first.id),
  });
  const call = activities[first.executor];
  if (call === undefined) throw new Error(`No activity for executor '${first.executor}'`);
  return call(input);
}
