/** `GET /runs/{run_id}/events` streams and resumes; `GET /runs/{run_id}/tasks/{task_id}/result` answers a result whole. */
import { AppError } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
import { NO_RUN } from '../../core/result-reference.ts';
import type { Run } from '../../core/run.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import { streamPosition } from '../events/stream-position.ts';
import { requireOwnRun, requireOwnTask } from '../methods/own.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';
import { sendStream } from './send-stream.ts';

export function runEventsRoute(deps: ApiDeps, hub: StreamHub): ApiMiddleware {
  return async function runEvents(context) {
    const run = await requireOwnRun(callerOf(context, deps), param(context, 'run_id'));
    const afterSeq = streamPosition(context, run.run_id);
    await sendStream(context, deps, hub, { run, afterSeq, first: undefined });
  };
}

export function resultRoute(deps: ApiDeps): ApiMiddleware {
  return async function result(context) {
    const caller = callerOf(context, deps);
    const runId = param(context, 'run_id');
    const taskId = param(context, 'task_id');
    const value =
      runId === NO_RUN
        ? (await requireOwnTask(caller, taskId)).result
        : await resultInRun(deps, await requireOwnRun(caller, runId), taskId);
    context.set('Content-Type', 'application/json');
    context.body = JSON.stringify(value);
  };
}

async function resultInRun(deps: ApiDeps, run: Run, taskId: string): Promise<JsonValue> {
  const value = await deps.store.runs.result(run.run_id, taskId);
  if (value === null && (await deps.store.runs.outcomes(run.run_id, [taskId])).length === 0)
    throw new AppError('not_found', `Run ${run.run_id} has no result of task ${taskId}`);
  return value;
}

function callerOf(context: ApiContext, deps: ApiDeps) {
  const { identity } = context.state;
  if (identity === undefined) throw new Error('identify must run before this route');
  return { deps, identity };
}

function param(context: ApiContext, name: string): string {
  const params = (context as ApiContext & { params: Record<string, string | undefined> }).params;
  return params[name] ?? '';
}
