/** Calls another server of this API: one call, or a tree that runs over there and is waited for here. */
import { z } from 'zod';
import { AppError } from '../src/core/errors.ts';
import { defineExecutor, type ExecutorContext, SECRET, secretNames } from '../src/core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';
import { CREDENTIAL_HEADER, CREDENTIAL_NAME } from '../src/core/secrets/secret-field.ts';
import { Deadline } from './_deadline.ts';
import { callRemote, type RemoteApi, streamRemote, waitForRemote } from './_remote-api.ts';

const MAX_TIMEOUT_SECONDS = 86_400;
const MAX_BYTES = 8 * 1024 * 1024;
/** For the word to the other side that nobody waits any more; within the second a cancel may take. */
const GOODBYE_MS = 700;

const input = z.object({
  base_url: z.string().min(1).describe('apflow API base URL (e.g., "http://localhost:8000") (required)'),
  method: z.string().min(1).describe('API method name (e.g., "tasks.execute", "tasks.create") (required)'),
  params: z
    .union([
      z.record(z.string(), z.custom<JsonValue>()).meta(secretNames(CREDENTIAL_NAME)),
      z.array(z.custom<JsonValue>()),
    ])
    .describe('Method parameters dict (required)'),
  auth_token: z
    .string()
    .nullable()
    .default(null)
    .meta(SECRET)
    .describe('Optional JWT token for authentication'),
  use_streaming: z
    .boolean()
    .default(false)
    .describe('Whether to use streaming mode (only for tasks.execute, default: False)'),
  wait_for_completion: z
    .boolean()
    .default(false)
    .describe('Whether to wait for task completion (only for tasks.execute, default: False)'),
  poll_interval: z
    .number()
    .min(0.05)
    .max(3_600)
    .default(1)
    .describe('Polling interval in seconds when waiting for completion (default: 1.0)'),
  timeout: z
    .number()
    .positive()
    .max(MAX_TIMEOUT_SECONDS)
    .default(300)
    .describe('Total timeout in seconds (default: 300.0)'),
  headers: z
    .record(z.string(), z.string())
    .nullable()
    .default(null)
    .meta(secretNames(CREDENTIAL_HEADER))
    .describe('Additional HTTP headers dict (optional)'),
});
type ApiInput = z.infer<typeof input>;
type Context = ExecutorContext<ApiInput>;

export default defineExecutor({
  id: 'apflow_api_executor',
  name: 'apflow API Executor',
  description: 'Call other apflow API instances for distributed execution',
  tags: ['apflow', 'api', 'distributed', 'orchestration'],
  type: 'apflow',
  examples: [
    'Call remote apflow instance',
    'Distributed task execution',
    'Service orchestration across instances',
  ],
  input,
  output: z.object({
    success: z.boolean().describe('Always true: a call that is refused and a tree that fails fail the task'),
    result: z.custom<JsonValue>().describe("What the method answered, or the awaited task's result"),
    base_url: z.string().describe('The server that was called'),
    method: z.string().describe('The method that was called'),
    task_id: z.string().optional().describe('The awaited task'),
    status: z.string().optional().describe('Its status'),
    task: z.custom<JsonObject>().optional().describe('All of it'),
    poll_count: z.number().int().optional().describe('How often was asked'),
    total_failures: z.number().int().optional().describe('How often asking failed'),
  }),
  placement: 'activity',
  timeoutMs: MAX_TIMEOUT_SECONDS * 1_000,
  // The idempotency key goes along: the same tree is found again, not started again.
  maxAttempts: 3,
  backoffMs: 1_000,
  demoInput: {
    base_url: 'https://tasks.example.com',
    method: 'tasks.execute',
    params: { task_id: 'demo-task-123' },
    wait_for_completion: true,
  },
  demoDelayMs: 400,
  demo({ input: given }) {
    const method = typeof given['method'] === 'string' ? given['method'] : 'tasks.get';
    return {
      success: true,
      result: demoResult(method, isJsonObject(given['params']) ? given['params'] : {}),
      base_url: typeof given['base_url'] === 'string' ? given['base_url'] : 'https://tasks.example.com',
      method,
    };
  },
  async run(context) {
    const { input: given } = context;
    const deadline = new Deadline(context.signal, given.timeout);
    const api: RemoteApi = {
      baseUrl: baseUrlOf(given.base_url),
      headers: headersOf(given),
      http: context.http,
      signal: deadline.signal,
      timeoutMs: Math.ceil(given.timeout * 1_000),
      maxBytes: MAX_BYTES,
    };
    const work =
      given.method === 'tasks.execute' && (given.use_streaming || given.wait_for_completion)
        ? runTree(context, api)
        : callOnce(context, api);
    return deadline.hold(`The call of ${given.method} at ${given.base_url}`, work);
  },
});

async function callOnce({ input: given, idempotencyKey }: Context, api: RemoteApi) {
  const result = await callRemote(api, given.method, given.params as JsonObject, idempotencyKey);
  return { success: true, result, base_url: given.base_url, method: given.method };
}

async function runTree(context: Context, api: RemoteApi) {
  const { input: given } = context;
  let taskId: string | null = null as string | null;
  try {
    if (given.use_streaming) {
      await followTree(context, api, (id) => {
        taskId = id;
      });
    } else {
      taskId = await startTree(context, api);
    }
    if (taskId === null) {
      const text = `The event stream of ${given.base_url} ended before it named the task`;
      throw new AppError('task_transient', text);
    }
    const waited = await waitForRemote(api, taskId, given.poll_interval * 1_000, context.emit);
    const { status, result, error } = waited.task;
    if (status !== 'completed') {
      const why = typeof error === 'string' && error !== '' ? `: ${error}` : '';
      throw new AppError(
        'task_failed',
        `The task '${taskId}' at ${given.base_url} is ${String(status)}${why}`,
        {
          details: { taskId, status },
        },
      );
    }
    return {
      success: true,
      result: result ?? null,
      base_url: given.base_url,
      method: given.method,
      task_id: taskId,
      status: 'completed',
      task: waited.task,
      poll_count: waited.polls,
      total_failures: waited.failures,
    };
  } catch (error) {
    if (taskId !== null && context.signal.aborted) await cancelRemote(context, api, taskId);
    throw error;
  }
}

/** Starts the tree and comes back at once where the server knows how; the waiting is done by asking. */
async function startTree({ input: given, idempotencyKey }: Context, api: RemoteApi): Promise<string> {
  const params = { wait_seconds: 0, ...(given.params as JsonObject) };
  return taskIdIn(await callRemote(api, given.method, params, idempotencyKey), given);
}

/** Progress arrives by itself; the first message names the task. */
async function followTree(
  { input: given, idempotencyKey, emit }: Context,
  api: RemoteApi,
  onTask: (taskId: string) => void,
): Promise<void> {
  const params = { ...(given.params as JsonObject), use_streaming: true };
  for await (const message of streamRemote(api, given.method, params, idempotencyKey)) {
    if ('result' in message && !('type' in message)) onTask(taskIdIn(message['result'] ?? null, given));
    if (typeof message['progress'] === 'number') {
      const said = message['message'];
      emit(Math.min(1, Math.max(0, message['progress'])), typeof said === 'string' ? said : undefined);
    }
    if (message['type'] === 'stream_end') return;
  }
}

function taskIdIn(answer: JsonValue, given: ApiInput): string {
  const ids = isJsonObject(answer) ? [answer['task_id'], answer['root_task_id']] : [];
  const id = ids.find((each) => typeof each === 'string');
  if (typeof id === 'string') return id;
  throw new AppError('task_failed', `${given.base_url} did not say which task it started`);
}

/** Nobody waits for it here any more. That the other side hears it is an attempt. */
async function cancelRemote(
  { input: given, logger }: Context,
  api: RemoteApi,
  taskId: string,
): Promise<void> {
  const goodbye = { ...api, signal: AbortSignal.timeout(GOODBYE_MS), timeoutMs: GOODBYE_MS };
  try {
    await callRemote(goodbye, 'tasks.cancel', { task_ids: [taskId] });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn(
      { base_url: given.base_url, remote_task_id: taskId, reason },
      'The other server was not told of the cancel',
    );
  }
}

function baseUrlOf(given: string): string {
  if (!URL.canParse(given)) {
    throw new AppError(
      'task_failed',
      `'${given}' is not a valid URL. Give one like https://tasks.example.com`,
    );
  }
  return given.replace(/\/+$/, '');
}

function headersOf({ headers, auth_token }: ApiInput): Record<string, string> {
  const given = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return auth_token === null || auth_token === ''
    ? given
    : { ...given, authorization: `Bearer ${auth_token}` };
}

function demoResult(method: string, params: JsonObject): JsonValue {
  const taskId = typeof params['task_id'] === 'string' ? params['task_id'] : 'demo-task-123';
  switch (method) {
    case 'tasks.execute':
      return { success: true, protocol: 'jsonrpc', root_task_id: taskId, status: 'completed' };
    case 'tasks.create':
      return { id: 'demo-created-task-456', name: params['name'] ?? 'demo_task', status: 'pending' };
    case 'tasks.get':
      return {
        id: taskId,
        name: 'demo_task',
        status: 'completed',
        result: { output: 'Demo execution result' },
      };
    default:
      return { success: true, message: `Demo ${method} completed` };
  }
}
