/** Waits as long as the caller may be made to: for the run's end, or for the moment it needs somebody's answer. */
import type { Run } from '../../core/run.ts';
import type { Call } from '../method.ts';
import { requireOwnRun } from '../methods/own.ts';
import { waitForRun } from '../runs/run-answer.ts';
import { waitingTasks } from './run-task.ts';

/** The run as it stands then. A hang-up ends the waiting, never the run. */
export async function awaitTurn(call: Call, run: Run, waitSeconds: number): Promise<Run> {
  if (waitSeconds <= 0) return run;
  const asked = Promise.withResolvers<void>();
  const unfollow = call.streams.follow(run.run_id, (event) => {
    if (event.type === 'task-waiting' && event.data['kind'] === 'approval') asked.resolve();
  });
  try {
    // It may have happened before we listened.
    if ((await waitingTasks(call, run)).length > 0) asked.resolve();
    await Promise.race([waitForRun(call, run, waitSeconds), asked.promise]);
  } finally {
    unfollow();
  }
  return requireOwnRun(call, run.run_id);
}
