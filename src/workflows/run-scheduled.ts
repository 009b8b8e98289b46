/**
 * `runScheduled`: a schedule's time has come. Has the task accepted like any other execution; the run is a workflow of
 * its own, so this one is short, and what an outage held up is tried again while it is worth it.
 */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ScheduledInput, ScheduledOutcome, ScheduledStart } from '../core/run-protocol.ts';

const { startScheduled } = proxyActivities<{
  startScheduled(start: ScheduledStart): Promise<ScheduledOutcome>;
}>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

export async function runScheduled(input: ScheduledInput): Promise<ScheduledOutcome> {
  const { workflowId, startTime } = workflowInfo();
  return startScheduled({ ...input, fireId: workflowId, firedAtMs: startTime.getTime() });
}
