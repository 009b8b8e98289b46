/** Signals and updates of `runTree`. Signals where no answer is needed, updates where the caller wants yes or no. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import { MESSAGES } from '../core/run-protocol.ts';

export const cancelSignal = defineSignal<[{ reason: string | null; force: boolean }]>(MESSAGES.cancel);
export const cancelTasksSignal = defineSignal<[{ taskIds: string[]; reason: string | null; force: boolean }]>(
  MESSAGES.cancelTasks,
);
export const pauseUpdate = defineUpdate<void>(MESSAGES.pause);
export const resumeUpdate = defineUpdate<void>(MESSAGES.resume);
export const retryUpdate = defineUpdate<void, [{ taskId: string }]>(MESSAGES.retry);
export const rerunUpdate = defineUpdate<void, [{ taskId: string }]>(MESSAGES.rerun);
export const decideUpdate = defineUpdate<
  void,
  [{ taskId: string; approved: boolean; by: string; comment: string | null }]
>(MESSAGES.decide);
