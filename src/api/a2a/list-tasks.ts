/** `ListTasks`: the caller's runs as tasks, newest first, in pages. */
import { instant } from '../../core/a2a/agent-task.ts';
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Run } from '../../core/run.ts';
import type { Call } from '../method.ts';
import { type Invocation, invokeValue } from '../rpc/invoke.ts';
import { textOf } from './read-message.ts';
import { notesOf, runTask } from './run-task.ts';

/** Runs looked at; what is older is found by its id. */
const MOST_RUNS = 1_000;
/** Runs looked at for a conversation that has a name of its own. */
const MOST_OF_CONTEXT = 200;
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  TASK_STATE_SUBMITTED: [],
  TASK_STATE_WORKING: ['in_progress', 'paused'],
  TASK_STATE_INPUT_REQUIRED: ['in_progress'],
  TASK_STATE_COMPLETED: ['completed'],
  TASK_STATE_FAILED: ['failed'],
  TASK_STATE_CANCELED: ['cancelled'],
};

export async function listTasks(about: Invocation, params: JsonObject): Promise<JsonObject> {
  const pageSize = sizeOf(params['pageSize']);
  const start = startOf(params['pageToken']);
  const matching = await matchingRuns(about, params);
  const page = matching.slice(start, start + pageSize);
  const historyLength = typeof params['historyLength'] === 'number' ? params['historyLength'] : null;
  const shown = { historyLength, hasArtifacts: params['includeArtifacts'] === true };
  const tasks: JsonObject[] = [];
  for (const run of page) tasks.push(await runTask(about.call, run, shown));
  const end = start + page.length;
  return {
    tasks:
      textOf(params['status']) === null ? tasks : tasks.filter((task) => hasState(task, params['status'])),
    nextPageToken: end < matching.length ? String(end) : '',
    pageSize,
    totalSize: matching.length,
  };
}

async function matchingRuns(about: Invocation, params: JsonObject): Promise<Run[]> {
  const contextId = textOf(params['contextId']);
  const ofTree = contextId === null ? {} : { task_id: contextId };
  const listed = await invokeValue(about, 'runs.list', { ...ofTree, limit: MOST_RUNS });
  let runs = listed as unknown as Run[];
  if (contextId !== null && runs.length === 0) runs = await ofContext(about, contextId);
  const statuses = textOf(params['status']) === null ? null : (STATUSES[String(params['status'])] ?? []);
  const after = textOf(params['statusTimestampAfter']);
  return runs.filter((run) => {
    const changedAt = instant(run.completed_at ?? run.accepted_at);
    return (
      (statuses === null || statuses.includes(run.status)) && (after === null || changedAt >= instant(after))
    );
  });
}

/** A conversation the client has named is known by what was kept with the runs. */
async function ofContext(about: Invocation, contextId: string): Promise<Run[]> {
  const { call } = about;
  const newest = (await invokeValue(about, 'runs.list', { limit: MOST_OF_CONTEXT })) as unknown as Run[];
  const found: Run[] = [];
  for (const run of newest) if (await isOfContext(call, run, contextId)) found.push(run);
  return found;
}

async function isOfContext(call: Call, run: Run, contextId: string): Promise<boolean> {
  return (await notesOf(call, run)).contextId === contextId;
}

function hasState(task: JsonObject, state: unknown): boolean {
  return (task['status'] as JsonObject)['state'] === state;
}

function sizeOf(given: unknown): number {
  if (given === undefined || given === 0) return 50;
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 1 || given > 100)
    throw new AppError('invalid_params', 'pageSize must be from 1 to 100');
  return given;
}

/** A token is the number of tasks seen. */
function startOf(given: unknown): number {
  if (given === undefined || given === '') return 0;
  const start = Number(given);
  if (typeof given !== 'string' || !Number.isSafeInteger(start) || start < 0)
    throw new AppError('invalid_params', 'Unknown pageToken');
  return start;
}
