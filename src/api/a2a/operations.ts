/** What each method of the protocol does, in both of its versions. Names and forms differ, the work is the same. */
import { agentUpdate } from '../../core/a2a/agent-update.ts';
import type { Dialect } from '../../core/a2a/dialect.ts';
import { legacyTask, legacyUpdate } from '../../core/a2a/legacy-form.ts';
import { AppError } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isRunEnded, type Run } from '../../core/run.ts';
import { requireOwnRun } from '../methods/own.ts';
import { type Invocation, invokeValue } from '../rpc/invoke.ts';
import { A2A_CODES, A2aError } from './a2a-error.ts';
import { awaitTurn } from './await-turn.ts';
import { listTasks } from './list-tasks.ts';
import {
  keepPushConfig,
  pushConfigs,
  readPushConfig,
  removePushConfig,
  shownPushConfig,
} from './push-configs.ts';
import { objectOf, type ReadMessage, readMessage, textOf } from './read-message.ts';
import { notesOf, runTask } from './run-task.ts';
import { sendMessage } from './send-message.ts';

/** Longest that a message which asks to wait is held. */
const LONGEST_WAIT_SECONDS = 300;
const CANCEL_WAIT_SECONDS = 5;
const ALL = { historyLength: null, hasArtifacts: true };

/** An answer that goes on with a run's events. */
export interface RunStreamResult {
  readonly run: Run;
  /** The task as it stands, sent first. */
  readonly first: JsonObject;
  /** A message of the run's stream as the protocol has it; null = none. */
  readonly shape: (wire: JsonObject) => JsonObject | null;
}
export type OperationResult =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'stream'; readonly stream: RunStreamResult };
type Operation = (about: Invocation, params: JsonObject, dialect: Dialect) => Promise<OperationResult>;

const value = (given: JsonValue): OperationResult => ({ kind: 'value', value: given });
const shownTask = (task: JsonObject, dialect: Dialect) => (dialect === '1.0' ? task : legacyTask(task));

const send: Operation = async (about, params, dialect) => {
  const message = readMessage(params);
  const begun = await sendMessage(about, message, dialect);
  const run = await awaitTurn(about.call, begun, waitOf(about, message, dialect));
  const historyLength = message.configuration['historyLength'];
  const shown = { ...ALL, historyLength: typeof historyLength === 'number' ? historyLength : null };
  const task = await runTask(about.call, run, shown);
  return value(dialect === '1.0' ? { task } : legacyTask(task));
};

function waitOf({ call }: Invocation, { configuration }: ReadMessage, dialect: Dialect): number {
  const { returnImmediately, blocking } = configuration;
  if (returnImmediately === true || blocking === false) return 0;
  return dialect === '1.0' || blocking === true ? LONGEST_WAIT_SECONDS : call.deps.settings.waitSeconds;
}

const stream: Operation = async (about, params, dialect) => {
  // Before anything starts: a stream that is refused must not leave a run behind.
  about.call.streams.requireRoom(about.call.identity.userId);
  return streamOf(about, await sendMessage(about, readMessage(params), dialect), dialect);
};

const subscribe: Operation = async (about, params, dialect) => {
  const run = await requireRun(about, params);
  if (dialect === '1.0' && isRunEnded(run.status))
    throw new A2aError(A2A_CODES.unsupportedOperation, `Task ${run.run_id} has ended: get it instead`);
  return streamOf(about, run, dialect);
};

async function streamOf({ call }: Invocation, run: Run, dialect: Dialect): Promise<OperationResult> {
  const { contextId } = await notesOf(call, run);
  const task = await runTask(call, run, { ...ALL, hasArtifacts: isRunEnded(run.status) });
  const shape = (wire: JsonObject) => {
    const update = agentUpdate(run, contextId, wire);
    if (update === null) return null;
    return dialect === '1.0' ? update.response : legacyUpdate(update.response);
  };
  return { kind: 'stream', stream: { run, first: dialect === '1.0' ? { task } : legacyTask(task), shape } };
}

const get: Operation = async (about, params, dialect) => {
  const run = await requireRun(about, params);
  const { historyLength } = params;
  const shown = { ...ALL, historyLength: typeof historyLength === 'number' ? historyLength : null };
  return value(shownTask(await runTask(about.call, run, shown), dialect));
};

const cancel: Operation = async (about, params, dialect) => {
  const { call } = about;
  const run = await requireRun(about, params);
  if (isRunEnded(run.status))
    throw new A2aError(A2A_CODES.taskNotCancelable, `Task ${run.run_id} is ${run.status} already`);
  const entries = await invokeValue(about, 'tasks.cancel', { task_ids: [run.target_task_id] });
  const entry = objectOf(Array.isArray(entries) ? entries[0] : undefined);
  if (entry['status'] === 'error') throw new AppError('unavailable', String(entry['message']));
  await call.deps.engine.wait(run, CANCEL_WAIT_SECONDS * 1_000, call.hangUp());
  return value(shownTask(await runTask(call, await requireOwnRun(call, run.run_id), ALL), dialect));
};

const setPush: Operation = async (about, params, dialect) => {
  const run = await requireRun(about, { id: params['taskId'] ?? null });
  const given = dialect === '1.0' ? params : params['pushNotificationConfig'];
  const config = await readPushConfig(about.call, given, dialect);
  if (config === null) throw new AppError('invalid_params', 'pushNotificationConfig is required');
  await keepPushConfig(about.call, run, config);
  const [kept] = (await pushConfigs(about.call, run)).filter(({ id }) => id === config.id);
  return value(shownPushConfig(run, kept ?? config, dialect));
};

const getPush: Operation = async (about, params, dialect) => {
  const { run, configId } = await pushTarget(about, params, dialect);
  const configs = await pushConfigs(about.call, run);
  const found = configId === null ? configs[0] : configs.find(({ id }) => id === configId);
  if (found === undefined) throw new AppError('not_found', 'There is no such push notification config');
  return value(shownPushConfig(run, found, dialect));
};

const listPush: Operation = async (about, params, dialect) => {
  const { run } = await pushTarget(about, params, dialect);
  const configs = (await pushConfigs(about.call, run)).map((config) => shownPushConfig(run, config, dialect));
  return value(dialect === '1.0' ? { configs, nextPageToken: '' } : configs);
};

const deletePush: Operation = async (about, params, dialect) => {
  const { run, configId } = await pushTarget(about, params, dialect);
  if (configId === null) throw new AppError('invalid_params', 'The id of the config is required');
  await removePushConfig(about.call, run, configId);
  return value(null);
};

/** In 1.0 `id` is the config's, in 0.3 the task's. */
async function pushTarget(about: Invocation, params: JsonObject, dialect: Dialect) {
  const isNew = dialect === '1.0';
  const run = await requireRun(about, { id: (isNew ? params['taskId'] : params['id']) ?? null });
  return { run, configId: textOf(isNew ? params['id'] : params['pushNotificationConfigId']) };
}

/** Throws `not_found` also for what is somebody else's. */
async function requireRun({ call }: Invocation, { id }: JsonObject): Promise<Run> {
  const runId = textOf(id);
  if (runId === null) throw new AppError('invalid_params', 'The id of the task is required');
  return requireOwnRun(call, runId);
}

const noCard: Operation = async () => {
  throw new A2aError(-32007, 'There is no other card than the public one');
};

const LEGACY: Readonly<Record<string, Operation>> = {
  'message/send': send,
  'message/stream': stream,
  'tasks/get': get,
  'tasks/cancel': cancel,
  'tasks/resubscribe': subscribe,
  'tasks/pushNotificationConfig/set': setPush,
  'tasks/pushNotificationConfig/get': getPush,
  'tasks/pushNotificationConfig/list': listPush,
  'tasks/pushNotificationConfig/delete': deletePush,
  'agent/getAuthenticatedExtendedCard': noCard,
};
const CURRENT: Readonly<Record<string, Operation>> = {
  SendMessage: send,
  SendStreamingMessage: stream,
  GetTask: get,
  ListTasks: async (about, params) => value(await listTasks(about, params)),
  CancelTask: cancel,
  SubscribeToTask: subscribe,
  CreateTaskPushNotificationConfig: setPush,
  GetTaskPushNotificationConfig: getPush,
  ListTaskPushNotificationConfigs: listPush,
  DeleteTaskPushNotificationConfig: deletePush,
  GetExtendedAgentCard: noCard,
};

/** Throws `method_not_found`. */
export function operate(
  about: Invocation,
  method: string,
  params: JsonValue | undefined,
): Promise<OperationResult> {
  const given = objectOf(params);
  if (Object.hasOwn(CURRENT, method)) return (CURRENT[method] as Operation)(about, given, '1.0');
  if (Object.hasOwn(LEGACY, method)) return (LEGACY[method] as Operation)(about, given, '0.3');
  throw new AppError('method_not_found', `Unknown agent method: ${method.slice(0, 100)}`);
}
