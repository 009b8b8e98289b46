/**
 * A worker for one named task queue (`WORKER_QUEUE`), on a machine that has what its tasks need and nothing else: no
 * database, no secret. It reaches runs through the API with the worker token.
 */
import type { RequestListener } from 'node:http';
import { AbortBoard } from '../activities/abort-board.ts';
import { createTaskActivities } from '../activities/create-activities.ts';
import { RunMemory } from '../activities/run-memory.ts';
import type { Config } from '../config.ts';
import { AppError, ERROR_TABLE, type ErrorCode } from '../core/errors.ts';
import type { HttpClient } from '../core/executor.ts';
import type { JsonValue } from '../core/json.ts';
import { LlmKey } from '../core/llm/llm-key.ts';
import { WORKER_CALLS_PATH } from '../core/worker-protocol.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import { createNetwork } from '../http/guarded-network.ts';
import { planByModel } from '../llm/generate-tree/plan-by-model.ts';
import type { TaskOfRun } from '../ports/input-secrets.ts';
import type { OpenedKeys } from '../ports/llm-keys.ts';
import type { Logger } from '../ports/telemetry.ts';
import { createRemoteStore, type PostCall } from '../store/remote/remote-store.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createWorker } from '../temporal/create-worker.ts';
import { connectTemporal } from './connect-temporal.ts';
import { listen } from './listen.ts';
import { freeTreeLimits, makeHooks } from './make-hooks.ts';
import { makeLlm, makeLlmBudgets } from './make-llm.ts';
import { makeSafety } from './make-safety.ts';
import { makeQueueServices } from './make-services.ts';
import { metricsListener } from './metrics-listener.ts';
import { executorSettings, loadExecutors, preciseNow } from './start-engine.ts';

const CALL_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface QueueWorker {
  readonly queue: string;
  /** Where `/live`, `/ready` and `/metrics` are. */
  readonly url: string;
  /** Rejects when the worker broke. */
  readonly broken: Promise<never>;
  stop(): Promise<void>;
}

export interface QueueWorkerOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly onProgress: (text: string) => void;
  readonly coreMetricsAddress?: string | null;
}

/** Throws `unavailable` or `unauthorized` when the API is not there or does not know the token. */
export async function startQueueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { config, logger } = options;
  const queue = config.workerQueue ?? '';
  const post = postToApi(config, createHttpClient({ allowPrivateUrls: true }));
  // A wrong address or token is said now, not by the first task.
  await post('tasks', { taskIds: [] });
  const listening = await listen(config.host, config.metricsPort ?? 0);
  const temporal = await connectTemporal(config, logger, { onProgress: options.onProgress });
  const store = createRemoteStore(post, logger);
  const metrics = createMetrics({ coreAddress: options.coreMetricsAddress ?? null });
  const registry = await loadExecutors(config);
  const safety = makeSafety(config, { metrics });
  const worker = await createWorker({
    connection: temporal.connection,
    namespace: temporal.server.namespace,
    taskQueue: queue,
    bundlePath: null,
    codec: null,
    shutdownGraceMs: config.shutdownGraceMs,
    activities: createTaskActivities({
      store,
      registry,
      hooks: await makeHooks(config, { registry, logger, metrics, safety }),
      freeTreeLimits: freeTreeLimits(config),
      http: createHttpClient({ allowPrivateUrls: config.allowPrivateUrls }),
      network: createNetwork({ allowPrivateUrls: config.allowPrivateUrls }),
      llm: makeLlm(config, metrics),
      llmBudgets: makeLlmBudgets(config, null),
      llmKeys: { openForRun: (run) => openRemotely(post, run.runId) },
      inputSecrets: { open: (task, sealed) => openInputsRemotely(post, task, sealed) },
      planTree: (client, request) => planByModel(registry, client, request),
      settings: executorSettings(config),
      services: makeQueueServices({ safety }),
      memory: new RunMemory(store),
      aborts: new AbortBoard(),
      logger,
      now: preciseNow,
      onTaskEnded: (task) => metrics.observeTask(task),
    }),
  });
  const done = worker.run();
  const isRunning = () => worker.getState() === 'RUNNING';
  listening.serve(probes(isRunning, metricsListener(metrics, logger)));
  return {
    queue,
    url: `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${listening.port}`,
    broken: done.then(() => new Promise<never>(() => undefined)),
    stop: async () => {
      if (isRunning()) worker.shutdown();
      await done.catch((error: unknown) => logger.warn({ err: error }, 'The worker had broken'));
      await listening.close(0);
      await temporal.connection.close();
      await temporal.server.stop();
    },
  };
}

function probes(isRunning: () => boolean, others: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url !== '/live' && request.url !== '/ready') return others(request, response);
    const isGood = request.url === '/live' || isRunning();
    response.writeHead(isGood ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: isGood ? 'ok' : 'not_ready' }));
  };
}

async function openRemotely(post: PostCall, runId: string): Promise<OpenedKeys> {
  interface Sent {
    readonly provider: string;
    readonly key: string;
  }
  const sent = (await post('llmKeys', { runId })) as { header: Sent | null; stored: Sent[] };
  const opened = ({ provider, key }: Sent) => new LlmKey(provider, key);
  return { header: sent.header && opened(sent.header), stored: sent.stored.map(opened) };
}

async function openInputsRemotely(
  post: PostCall,
  { runId, taskId }: TaskOfRun,
  sealed: readonly string[],
): Promise<ReadonlyMap<string, JsonValue>> {
  return new Map((await post('inputSecrets', { runId, taskId, sealed })) as [string, JsonValue][]);
}

function postToApi({ apiUrl, workerToken }: Config, http: HttpClient): PostCall {
  const base = apiUrl?.replace(/\/$/, '') ?? '';
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${workerToken?.reveal() ?? ''}`,
  };
  return async (call, parameters) => {
    const answer = await http
      .request({
        url: `${base}${WORKER_CALLS_PATH}/${call}`,
        method: 'POST',
        headers,
        body: JSON.stringify(parameters),
        timeoutMs: CALL_TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
        maxRedirects: 0,
      })
      .catch((cause: unknown) => {
        throw new AppError('unavailable', `The API at ${base} does not answer: check API_URL`, { cause });
      });
    const body = parse(Buffer.from(answer.body).toString('utf8'));
    if (answer.status === 200) return body.result;
    throw errorOf(answer.status, body, base);
  };
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code?: string; readonly message?: string };
}

function parse(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    // A proxy's page, say: its status tells enough.
    return {};
  }
}

function errorOf(status: number, { error }: Answer, base: string): AppError {
  if (status === 404 && error?.code !== 'not_found')
    return new AppError('not_found', `${base} takes no workers: set WORKER_TOKEN there`, { retryable: true });
  const isKnown = error?.code !== undefined && Object.hasOwn(ERROR_TABLE, error.code);
  const code = isKnown ? (error.code as ErrorCode) : 'unavailable';
  return new AppError(code, error?.message ?? `The API at ${base} answered ${status}`);
}
