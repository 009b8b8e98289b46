/**
 * What an agent's push configuration is sent of a run: each turn of its state as A2A has it (1.0: the update, 0.3: the
 * whole task). Reports of progress are for streams.
 */
import { agentTask } from '../core/a2a/agent-task.ts';
import { agentUpdate } from '../core/a2a/agent-update.ts';
import { legacyTask } from '../core/a2a/legacy-form.ts';
import { type PushConfig, pushConfigSchema, pushOwner } from '../core/a2a/push-config.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { shownResult } from '../core/result-reference.ts';
import type { Run } from '../core/run.ts';
import type { WorkflowDependencies } from './dependencies.ts';

/** null: it was removed, or its run has been gone for long. */
export async function findPushConfig(
  deps: WorkflowDependencies,
  runId: string,
  pushId: string,
): Promise<PushConfig | null> {
  const owner = pushOwner(runId);
  const row = (await deps.store.secrets.list(owner)).find(({ name }) => name === pushId);
  return row === undefined ? null : pushConfigSchema.parse(JSON.parse(deps.sealer.open(row.sealed, owner)));
}

export function pushHeaders({ dialect, token, authentication }: PushConfig): Record<string, string> {
  return {
    'content-type': dialect === '1.0' ? 'application/a2a+json' : 'application/json',
    ...(token === null ? {} : { 'x-a2a-notification-token': token }),
    ...(authentication === null
      ? {}
      : { authorization: `${authentication.scheme} ${authentication.credentials}` }),
  };
}

/** The body for one message of the run's stream; null when there is nothing to tell. */
export async function pushBody(
  deps: WorkflowDependencies,
  { run, options, dialect }: { run: Run; options: JsonObject; dialect: PushConfig['dialect'] },
  wire: JsonObject,
): Promise<string | null> {
  const notes = isJsonObject(options['agent']) ? options['agent'] : {};
  const contextId = typeof notes['contextId'] === 'string' ? notes['contextId'] : null;
  const update = agentUpdate(run, contextId, wire);
  if (update === null || !update.isTurn) return null;
  if (dialect === '1.0') return JSON.stringify(update.response);
  // The result comes with the task's end.
  if (update.response['artifactUpdate'] !== undefined) return null;
  const ended = update.isFinal ? await deps.store.runs.get(run.run_id) : null;
  const now = ended ?? { ...run, status: 'in_progress' as const };
  const isCompleted = ended?.status === 'completed';
  const result = isCompleted ? await deps.store.runs.result(run.run_id, run.target_task_id) : null;
  const task = agentTask(now, {
    contextId,
    progress: 0,
    needsInput: !update.isFinal && wire['type'] === 'task_waiting',
    result: isCompleted ? shownResult(run.run_id, run.target_task_id, result) : undefined,
  });
  return JSON.stringify(legacyTask(task));
}
