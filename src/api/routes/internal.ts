/**
 * `POST /internal/store/:call`: the store as workers of named queues see it, behind the worker token. Not part of the
 * public API: it answers 404 unless WORKER_TOKEN is set.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LlmKey } from '../../core/llm/llm-key.ts';
import { runLlmKeys } from '../../core/llm/run-keys.ts';
import { isRunEnded } from '../../core/run.ts';
import { sealedIn } from '../../core/secrets/sealed-in.ts';
import { WORKER_CALLS, WORKER_CALLS_PATH, type WorkerCall } from '../../core/worker-protocol.ts';
import type { Store } from '../../ports/store.ts';
import type { ApiDeps } from '../api-deps.ts';
import { readBody } from '../middleware/read-body.ts';
import type { ApiMiddleware } from '../state.ts';

type Parameters<Call extends WorkerCall> = z.output<(typeof WORKER_CALLS)[Call]>;
type Handlers = {
  [Call in WorkerCall]: (
    parameters: Parameters<Call>,
    deps: ApiDeps,
    queuedTasks: QueuedTasks,
  ) => Promise<unknown>;
};

const HANDLERS: Handlers = {
  context: async ({ runId }, { store }) => {
    const context = await store.runs.context(runId);
    return context === null ? null : { ...context, options: withoutWebhook(context.options) };
  },
  outcomes: ({ runId, taskIds }, { store }) => store.runs.outcomes(runId, taskIds),
  commit: async (commit, { store }, queuedTasks) => {
    await queuedTasks.require(
      commit.runId,
      [...commit.outcomes, ...commit.events, ...commit.attempts, ...commit.steps].map(({ taskId }) => taskId),
    );
    return store.runs.commit(commit);
  },
  steps: async ({ runId, taskIds }, { store }, queuedTasks) => {
    await queuedTasks.require(runId, taskIds);
    return store.runs.steps(runId, taskIds);
  },
  llmKeys: async ({ runId }, { store, llmKeys }) => {
    const context = await store.runs.context(runId);
    const isAtWork = context !== null && !isRunEnded(context.run.status);
    if (!isAtWork || context.plan.tasks.every(({ queue }) => queue === undefined))
      throw new AppError('forbidden', `Run ${runId} has no work on a named queue`);
    const keys = await llmKeys.openForRun(
      { runId, userId: context.run.user_id },
      runLlmKeys(context.options),
    );
    const opened = (key: LlmKey) => ({ provider: key.provider, key: key.reveal() });
    return { header: keys.header && opened(keys.header), stored: keys.stored.map(opened) };
  },
  inputSecrets: async ({ runId, taskId, sealed }, { store, inputSecrets }, queuedTasks) => {
    await queuedTasks.require(runId, [taskId]);
    const [context, task] = await Promise.all([store.runs.context(runId), store.tasks.get(taskId)]);
    if (context === null || task === null || isRunEnded(context.run.status))
      throw new AppError('forbidden', `Run ${runId} is over: its tasks need no secrets`);
    // Only what stands in this very task: the token opens nothing else.
    const own = sealedIn([task.stored_inputs, task.params]);
    const userId = task.user_id ?? context.run.user_id;
    const asked = sealed.filter((text) => own.has(text));
    return [...(await inputSecrets.open({ runId, taskId, userId }, asked))];
  },
  tasks: ({ taskIds }, { store }) => store.tasks.getMany(taskIds),
  delta: async (delta, { store }, queuedTasks) => {
    await queuedTasks.require(delta.runId, [delta.taskId]);
    store.events.publish({ ...delta, type: 'task-delta' });
    return null;
  },
};

export function workerCallRoute(deps: ApiDeps, token: string): ApiMiddleware {
  const queuedTasks = new QueuedTasks(deps.store);
  return async function workerCall(context, next) {
    context.set('Cache-Control', 'no-store');
    if (!isSame(context.get('authorization'), `Bearer ${token}`))
      throw new AppError(
        'unauthorized',
        'The worker token is missing or wrong: set WORKER_TOKEN to the same value on both sides',
      );
    const call = context.path.slice(WORKER_CALLS_PATH.length + 1);
    if (!Object.hasOwn(WORKER_CALLS, call)) return next();
    const body = await readBody(context.req, deps.settings.maxBodyBytes);
    context.body = { result: (await run(deps, queuedTasks, call as WorkerCall, body)) ?? null };
  };
}

function run<Call extends WorkerCall>(
  deps: ApiDeps,
  queuedTasks: QueuedTasks,
  call: Call,
  body: Buffer,
): Promise<unknown> {
  const schema: z.ZodType<Parameters<Call>> = WORKER_CALLS[call] as never;
  const parsed = schema.safeParse(parse(body));
  if (parsed.success) return HANDLERS[call](parsed.data, deps, queuedTasks);
  throw new AppError('invalid_params', `${call}: ${z.prettifyError(parsed.error)}`);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AppError('parse_error', 'The body is not JSON', { cause });
  }
}

/** The token is no key to other people's trees: only tasks that name a queue are written from outside. */
class QueuedTasks {
  readonly #store: Store;
  /** Plans do not change, and a large one is dear to read for each commit. */
  readonly #byRun = new LRUCache<string, ReadonlySet<string>>({ max: 500 });

  constructor(store: Store) {
    this.#store = store;
  }

  async require(runId: string, taskIds: readonly string[]): Promise<void> {
    const queued = this.#byRun.get(runId) ?? (await this.#load(runId));
    const foreign = taskIds.find((taskId) => !queued.has(taskId));
    if (foreign !== undefined)
      throw new AppError('forbidden', `Task ${foreign} does not run on a named queue`);
  }

  async #load(runId: string): Promise<ReadonlySet<string>> {
    const context = await this.#store.runs.context(runId);
    if (context === null) throw new AppError('not_found', `Run ${runId} not found`);
    const { tasks } = context.plan;
    const queued = new Set(tasks.filter(({ queue }) => queue !== undefined).map(({ id }) => id));
    this.#byRun.set(runId, queued);
    return queued;
  }
}

function withoutWebhook({ webhook: _, ...options }: JsonObject): JsonObject {
  return options;
}

/** In constant time, whatever the lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
