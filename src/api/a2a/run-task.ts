/** A run as the agent's task: its row, and what only the store knows beside it. */
import { agentTask } from '../../core/a2a/agent-task.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { shownResult } from '../../core/result-reference.ts';
import { isRunEnded, type Run } from '../../core/run.ts';
import type { Call } from '../method.ts';
import { objectOf, textOf } from './read-message.ts';

/** Looking for approvals reads every task of the run; in larger trees they show in the stream only. */
const MOST_TASKS_READ = 500;

export interface Shown {
  /** Absent = all that is kept; 0 = none. */
  readonly historyLength: number | null;
  readonly hasArtifacts: boolean;
}

export async function runTask(call: Call, run: Run, shown: Shown): Promise<JsonObject> {
  const { store } = call.deps;
  const { contextId, message } = await notesOf(call, run);
  const isEnded = isRunEnded(run.status);
  const hasResult = shown.hasArtifacts && run.status === 'completed';
  const result = hasResult ? await store.runs.result(run.run_id, run.target_task_id) : undefined;
  const [progress, waiting] = isEnded
    ? [0, []]
    : await Promise.all([progressOf(call, run), waitingTasks(call, run)]);
  return agentTask(run, {
    contextId,
    progress,
    needsInput: waiting.length > 0,
    result: result === undefined ? undefined : shownResult(run.run_id, run.target_task_id, result),
    history: message === null || shown.historyLength === 0 ? [] : [message],
  });
}

/** What was kept with the run when a message began it. */
export async function notesOf(
  call: Call,
  run: Run,
): Promise<{ contextId: string | null; message: JsonObject | null }> {
  const context = await call.deps.store.runs.context(run.run_id);
  const notes = objectOf(context?.options['agent']);
  const { message } = notes;
  return { contextId: textOf(notes['contextId']), message: isJsonObject(message) ? message : null };
}

/** Tasks of a running tree that wait for somebody's approval. */
export async function waitingTasks(call: Call, run: Run): Promise<string[]> {
  if (isRunEnded(run.status) || run.task_count > MOST_TASKS_READ) return [];
  const outcomes = await call.deps.store.runs.outcomes(run.run_id);
  return outcomes
    .filter(({ wait, status }) => wait?.kind === 'approval' && status === 'in_progress')
    .map(({ taskId }) => taskId);
}

async function progressOf(call: Call, run: Run): Promise<number> {
  const task = await call.deps.store.tasks.get(run.target_task_id);
  return task?.run_id === run.run_id ? task.progress : 0;
}
