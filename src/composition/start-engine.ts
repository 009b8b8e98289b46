/** Everything that runs trees in this process: registry, worker (unless role `api`), engine, reconciler. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from '@temporalio/worker';
import { AbortBoard } from '../activities/abort-board.ts';
import { createActivities } from '../activities/create-activities.ts';
import type { WorkflowDependencies } from '../activities/dependencies.ts';
import { RunMemory } from '../activities/run-memory.ts';
import type { Config } from '../config.ts';
import { writeReply } from '../conversations/write-reply.ts';
import type { ExecutorSettings } from '../core/executor.ts';
import {
  type RunTreeLimits,
  type ScheduledOutcome,
  type ScheduledStart,
  TREES_QUEUE,
} from '../core/run-protocol.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import type { HookRunner } from '../hooks/hook-runner.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import { createNetwork } from '../http/guarded-network.ts';
import { signWebhook } from '../http/sign-webhook.ts';
import { planByModel } from '../llm/generate-tree/plan-by-model.ts';
import type { InputSecrets } from '../ports/input-secrets.ts';
import type { LlmBudgetSource, LlmGateway } from '../ports/llm.ts';
import type { LlmKeys } from '../ports/llm-keys.ts';
import type { Personas } from '../ports/personas.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../ports/telemetry.ts';
import { loadRegistry } from '../registry/load-executors.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createWorker } from '../temporal/create-worker.ts';
import { type LocalWorker, TemporalEngine } from '../temporal/engine.ts';
import { Reconciler } from '../temporal/reconciler.ts';
import { TemporalReplies } from '../temporal/reply-engine.ts';
import { TemporalSchedules } from '../temporal/task-schedules.ts';
import { workflowBundle } from '../temporal/workflow-bundle.ts';
import type { TemporalParts } from './connect-temporal.ts';
import { mailAccount } from './mail-account.ts';
import { freeTreeLimits } from './make-hooks.ts';
import { makeServices } from './make-services.ts';

/** Executors live beside src/ (and beside dist/src in the image). */
const EXECUTORS_DIR = join(fileURLToPath(new URL('.', import.meta.url)), '..', '..', 'executors');
const WINDOW = 500;
const CONTINUE_AFTER_EVENTS = 4_000;

export interface EngineParts {
  readonly engine: TemporalEngine;
  readonly reconciler: Reconciler;
  readonly registry: ExecutorRegistry;
  readonly worker: Worker | null;
  /** Settles when the worker has stopped; rejects when it broke. */
  readonly workerDone: Promise<void>;
  readonly schedules: TemporalSchedules;
  readonly replies: TemporalReplies;
  /** What a schedule's time does; activities wait until it is told. */
  readonly onScheduled: (starter: ScheduledStarter) => void;
}

type ScheduledStarter = (start: ScheduledStart) => Promise<ScheduledOutcome>;

export function loadExecutors(config: Config): Promise<ExecutorRegistry> {
  return loadRegistry({ directory: EXECUTORS_DIR, settings: executorSettings(config) });
}

export async function startEngine(options: {
  readonly config: Config;
  readonly store: Store;
  /** For writers outside activities: tells hooks of what they end. */
  readonly watched: Store;
  readonly temporal: TemporalParts;
  readonly registry: ExecutorRegistry;
  readonly metrics: Metrics;
  readonly sealer: Sealer;
  readonly llmKeys: LlmKeys;
  readonly inputSecrets: InputSecrets;
  readonly llm: LlmGateway;
  readonly llmBudgets: LlmBudgetSource;
  readonly hooks: HookRunner;
  readonly safety: SafetyServices;
  readonly personas: Personas;
  readonly logger: Logger;
  readonly limits?: Partial<RunTreeLimits>;
}): Promise<EngineParts> {
  const { config, store, watched, temporal, registry, logger } = options;
  const memory = new RunMemory(store);
  const aborts = new AbortBoard();
  const starter = Promise.withResolvers<ScheduledStarter>();
  const startScheduled = async (start: ScheduledStart) => (await starter.promise)(start);
  const worker = config.role === 'api' ? null : await makeWorker(options, { memory, aborts, startScheduled });
  const local: LocalWorker = {
    prime: (context, known) => memory.prime(context, known.tasks, known.carried),
    ended: (runId) => memory.ended(runId),
    abort: (runId, taskIds) => aborts.abort(runId, taskIds),
  };
  const engine = new TemporalEngine({
    client: temporal.client,
    store: watched,
    worker: worker === null ? null : local,
    limits: {
      window: WINDOW,
      continueAfterEvents: CONTINUE_AFTER_EVENTS,
      heartbeatTimeoutMs: config.heartbeatTimeoutMs,
      ...options.limits,
    },
    publicUrl: config.publicUrl,
    logger,
  });
  const schedules = new TemporalSchedules({ client: temporal.client, store, logger });
  const replies = new TemporalReplies({
    client: temporal.client,
    store,
    isEager: worker !== null,
    heartbeatTimeoutMs: config.heartbeatTimeoutMs,
    logger,
    now: Date.now,
  });
  const reconciler = new Reconciler({
    client: temporal.client,
    store: watched,
    engine,
    logger,
    now: Date.now,
    schedules,
    replies,
  });
  return {
    engine,
    reconciler,
    registry,
    worker,
    workerDone: worker === null ? Promise.resolve() : worker.run(),
    schedules,
    replies,
    onScheduled: starter.resolve,
  };
}

async function makeWorker(
  options: Parameters<typeof startEngine>[0],
  parts: Pick<WorkflowDependencies, 'memory' | 'aborts' | 'startScheduled'>,
): Promise<Worker> {
  const { config, store, temporal, registry, logger, metrics } = options;
  const activities = createActivities({
    store,
    registry,
    http: createHttpClient({ allowPrivateUrls: config.allowPrivateUrls }),
    network: createNetwork({ allowPrivateUrls: config.allowPrivateUrls }),
    llm: options.llm,
    llmKeys: options.llmKeys,
    inputSecrets: options.inputSecrets,
    planTree: (client, request) => planByModel(registry, client, request),
    hooks: options.hooks,
    freeTreeLimits: freeTreeLimits(config),
    llmBudgets: options.llmBudgets,
    settings: executorSettings(config),
    services: makeServices({ store, logger, safety: options.safety, personas: options.personas }),
    writeReply: (request) => writeReply(options.safety, request),
    sealer: options.sealer,
    signWebhook,
    ...parts,
    logger,
    now: preciseNow,
    onTaskEnded: (task) => metrics.observeTask(task),
  });
  return createWorker({
    connection: temporal.connection,
    namespace: temporal.server.namespace,
    taskQueue: TREES_QUEUE,
    bundlePath: await workflowBundle(),
    activities,
    codec: temporal.codec,
    shutdownGraceMs: config.shutdownGraceMs,
  });
}

/** What the operator lets executors do. */
export function executorSettings(config: Config): ExecutorSettings {
  const allowed = new Set(config.allowExecutors);
  if (config.allowCommand) allowed.add('command_executor');
  return {
    allowedExecutors: allowed,
    commandWhitelist: config.commandWhitelist,
    filesDir: join(config.dataDir, 'files'),
    demoSleepScale: config.demoSleepScale,
    mail: mailAccount(config),
    containers: {
      address: config.dockerHost,
      network: config.dockerNetwork,
      canMountAnything: config.dockerAllowSensitiveMounts,
    },
  };
}

const { timeOrigin } = performance;

/** Epoch ms with microseconds: time stamps of the contract have six digits. */
export function preciseNow(): number {
  return timeOrigin + performance.now();
}
