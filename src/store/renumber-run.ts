/** Moves an active run to a workflow id that is free; everything else of the run stays. */
import { workflowIdOf } from '../core/ids.ts';
import { isRunEnded, type Run } from '../core/run.ts';
import type { Effects } from './effects.ts';
import type { Session } from './session.ts';

/** See `RunStore.renumber`. */
export async function renumberRun(
  session: Session,
  effects: Effects,
  change: { readonly runId: string; readonly from: number; readonly to: number },
): Promise<Run | null> {
  const { runId, from, to } = change;
  const facts = (await effects.facts(session, new Map([[runId, []]]))).get(runId);
  if (facts === undefined) return null;
  const { run: standing, lastSeq } = facts;
  if (standing.number !== from || isRunEnded(standing.status)) return standing;
  const workflow_id = workflowIdOf(standing.user_id, standing.root_task_id, to);
  const run: Run = { ...standing, number: to, workflow_id };
  await session.query('UPDATE runs SET number = $1, workflow_id = $2 WHERE run_id = $3', [
    to,
    workflow_id,
    runId,
  ]);
  await session.query('UPDATE tasks SET last_run_number = $1 WHERE id = $2 AND last_run_number < $1', [
    to,
    run.root_task_id,
  ]);
  session.afterCommit(() => effects.runCommitted(run, [], lastSeq));
  return run;
}
