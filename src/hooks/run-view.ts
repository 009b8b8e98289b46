/** A run as hooks see it. */
import type { HookedRun } from '../core/hook.ts';
import type { JsonObject } from '../core/json.ts';
import type { Run } from '../core/run.ts';

export function runView(
  run: Run,
  options: JsonObject,
  llm: HookedRun['llm'] = { calls: 0, tokens: 0 },
): HookedRun {
  return {
    id: run.run_id,
    rootTaskId: run.root_task_id,
    targetTaskId: run.target_task_id,
    userId: run.user_id,
    number: run.number,
    taskCount: run.task_count,
    useDemo: run.use_demo,
    options,
    llm,
  };
}
