/**
 * A message: data parts are a tree to run (or a stored task), words alone are planned first (`tasks.generate`), and an
 * answer to a task that waits for approval decides it.
 */
import type { Dialect } from '../../core/a2a/dialect.ts';
import { AppError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { isRunEnded, type Run } from '../../core/run.ts';
import { StreamAnswer } from '../events/stream-answer.ts';
import { requireOwnRun } from '../methods/own.ts';
import { type Invocation, invoke, invokeValue } from '../rpc/invoke.ts';
import { A2A_CODES, A2aError } from './a2a-error.ts';
import { keepPushConfig, readPushConfig } from './push-configs.ts';
import { objectOf, type ReadMessage, tasksIn, textOf } from './read-message.ts';
import { waitingTasks } from './run-task.ts';

/** As the original answers; its clients know the text and the number. */
const NOTHING_TO_RUN = 'No tasks found in context.message.parts or metadata';
const YES = /^\s*(yes|ok|approved?)\b/i;
const NO = /^\s*(no|rejected?)\b/i;

/** The run that the message began or went on with. Throws as tasks.execute and tasks.generate do. */
export async function sendMessage(about: Invocation, message: ReadMessage, dialect: Dialect): Promise<Run> {
  if (message.taskId !== null) return decide(about, message, message.taskId);
  const { taskPushNotificationConfig, pushNotificationConfig } = message.configuration;
  // Before anything runs: an address that must not be reached is refused with nothing begun.
  const push = await readPushConfig(
    about.call,
    taskPushNotificationConfig ?? pushNotificationConfig,
    dialect,
  );
  const target = await targetOf(about, message, dialect);
  const { contextId, kept } = message;
  const agentNotes: JsonObject = { message: kept, ...(contextId === null ? {} : { contextId }) };
  const isDemo = message.metadata['use_demo'] === true;
  const answer = await invoke({ ...about, call: { ...about.call, agentNotes } }, 'tasks.execute', {
    ...target,
    wait_seconds: 0,
    ...(isDemo ? { use_demo: true } : {}),
  });
  if (answer instanceof StreamAnswer) throw new Error('The run was not asked for a stream');
  const run = await requireOwnRun(about.call, String(objectOf(answer)['run_id']));
  if (push !== null) await keepPushConfig(about.call, run, push);
  return run;
}

async function targetOf(about: Invocation, message: ReadMessage, dialect: Dialect): Promise<JsonObject> {
  const tasks = tasksIn(message);
  if (dialect === '1.0' && tasks.length === 1) {
    const [only] = tasks;
    // A part that names a task and describes none.
    const taskId = isJsonObject(only) && only['name'] === undefined ? textOf(only['task_id']) : null;
    if (taskId !== null) return { task_id: taskId };
  }
  if (tasks.length > 0) return { tasks };
  if (dialect === '0.3') throw new A2aError(-32603, NOTHING_TO_RUN);
  if (message.text.trim() === '') throw new AppError('invalid_params', NOTHING_TO_RUN);
  const plan = await invokeValue(about, 'tasks.generate', { requirement: message.text });
  return { tasks: objectOf(plan)['tasks'] as JsonValue[] };
}

async function decide(about: Invocation, message: ReadMessage, runId: string): Promise<Run> {
  const { call } = about;
  const run = await requireOwnRun(call, runId);
  if (isRunEnded(run.status))
    throw new A2aError(
      A2A_CODES.unsupportedOperation,
      `Task ${runId} has ended: send a message without its id`,
    );
  const given = message.data[0] ?? {};
  const approved = decisionIn(given, message.text);
  const [first, ...others] = await waitingTasks(call, run);
  const taskId = textOf(given['task_id']) ?? (others.length === 0 ? first : undefined);
  if (taskId === undefined || approved === null)
    throw new A2aError(
      A2A_CODES.unsupportedOperation,
      first === undefined
        ? `Task ${runId} waits for nothing that a message could answer`
        : 'Answer with a data part {"approved": true or false, "task_id": …}, or with yes or no',
    );
  const comment = textOf(given['comment']) ?? (message.text === '' ? null : message.text);
  const method = approved ? 'runs.approve' : 'runs.reject';
  await invokeValue(about, method, { run_id: runId, task_id: taskId, comment });
  return requireOwnRun(call, runId);
}

function decisionIn({ approved }: JsonObject, text: string): boolean | null {
  if (typeof approved === 'boolean') return approved;
  if (YES.test(text)) return true;
  return NO.test(text) ? false : null;
}
