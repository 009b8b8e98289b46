/**
 * `runTree`: one workflow interprets one run of a tree. It decides what runs next; everything else (rows, events,
 * executors) happens in activities. The workflow ends as its tree does: Completed, Failed (`TreeFailed`) or Canceled.
 */
import { ApplicationFailureCategory } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Plan } from '../core/plan.ts';
import type { CarriedState, RunEnd, RunTreeInput } from '../core/run-protocol.ts';
import type { Settled } from '../core/run-state.ts';
import * as messages from './messages.ts';
import { RunController } from './run-controller.ts';
import { rows } from './task-calls.ts';

const { loadPlan } = proxyLocalActivities<{
  loadPlan(input: { runId: string; from: number }): Promise<PlanPage>;
}>({
  startToCloseTimeout: '30 seconds',
});
interface PlanPage {
  readonly tasks: Plan['tasks'];
  readonly state: string;
  readonly total: number;
}

export async function runTree(input: RunTreeInput): Promise<RunEnd> {
  const first = await runInlineAtOnce(input);
  if (first.ended !== null) return finish(first.ended);
  const plan = input.plan ?? (await CancellationScope.nonCancellable(() => loadWholePlan(input.runId)));
  const controller = new RunController(input, plan, first.settled);
  listen(controller);
  // The UI's "Request Cancellation" reaches the root scope: treat it like the cancel signal.
  const root = CancellationScope.current();
  if (root.consideredCancelled) controller.cancel(null, false);
  else void root.cancelRequested.catch(() => controller.cancel(null, false));
  await CancellationScope.nonCancellable(() => drive(controller, input));
  return finish(controller.ended);
}

/**
 * A tree of inline tasks mostly ends within its first local activity. That path makes no scope, timer or handler: each
 * promise costs the sandbox a stack trace. Messages that arrive meanwhile wait until their handlers are set.
 */
async function runInlineAtOnce(
  input: RunTreeInput,
): Promise<{ ended: RunEnd | null; settled: readonly Settled[] }> {
  const nothing = { ended: null, settled: [] };
  const { runId, inlineState: state } = input;
  if (input.carried !== undefined || state === undefined) return nothing;
  const request = { runId, state, generations: {}, changes: [], resets: [], mayStart: true };
  try {
    return await rows.advance(request);
  } catch (error) {
    // Cancelled before it began: the controller takes it from here.
    if (isCancellation(error)) return nothing;
    throw error;
  }
}

async function drive(controller: RunController, input: RunTreeInput): Promise<void> {
  for (;;) {
    if (isHistoryLong(input)) controller.isDraining = true;
    controller.launch();
    if (controller.ended !== null) {
      await condition(() => controller.isIdle);
      return;
    }
    if (controller.canContinue)
      await continueAsNew<(next: RunTreeInput) => Promise<RunEnd>>(next(input, controller));
    // Every turn waits for a change: a condition that is true at once would spin the worker to death.
    await controller.nextChange();
  }
}

function isHistoryLong(input: RunTreeInput): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength > input.limits.continueAfterEvents;
}

function next(input: RunTreeInput, controller: RunController): RunTreeInput {
  const carried: CarriedState = controller.carry();
  return { ...input, carried };
}

function listen(controller: RunController): void {
  setHandler(messages.cancelSignal, ({ reason, force }) => controller.cancel(reason, force));
  setHandler(messages.cancelTasksSignal, ({ taskIds, reason, force }) =>
    controller.cancelTasks(taskIds, reason, force),
  );
  setHandler(messages.pauseUpdate, () => controller.setPaused(true));
  setHandler(messages.resumeUpdate, () => controller.setPaused(false));
  setHandler(messages.retryUpdate, ({ taskId }) => controller.retry(taskId), {
    validator: ({ taskId }) => controller.checkRetry(taskId),
  });
  setHandler(messages.rerunUpdate, ({ taskId }) => controller.rerun(taskId), {
    validator: ({ taskId }) => controller.checkRerun(taskId),
  });
  setHandler(messages.decideUpdate, (decision) => controller.decide(decision), {
    validator: ({ taskId }) => controller.checkDecide(taskId),
  });
}

async function loadWholePlan(runId: string): Promise<Plan> {
  const first = await loadPlan({ runId, from: 0 });
  const tasks = [...first.tasks];
  while (tasks.length < first.total) tasks.push(...(await loadPlan({ runId, from: tasks.length })).tasks);
  return { tasks, state: first.state };
}

/** Temporal's own status says how the tree ended, so its filters and alerts work. */
function finish(ended: RunEnd | null): RunEnd {
  if (ended?.status === 'cancelled') throw new CancelledFailure(ended.error ?? 'Cancelled');
  if (ended?.status === 'completed') return ended;
  // Benign: a failed tree is a user's business, not a fault of the worker that should fill its log.
  throw ApplicationFailure.create({
    message: ended?.error ?? 'Task tree execution failed',
    type: 'TreeFailed',
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
  });
}
