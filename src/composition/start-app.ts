/** Puts the parts together for a role (all, api, worker) and takes them apart again in the right order. */
import { setTimeout as delay } from 'node:timers/promises';
import { createApi } from '../api/create-api.ts';
import type { Config } from '../config.ts';
import type { RunTreeLimits } from '../core/run-protocol.ts';
import { watchedStore } from '../hooks/watched-store.ts';
import type { StartedPersonas } from '../personas/start-personas.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../ports/telemetry.ts';
import { createInputSecrets } from '../secrets/input-secrets.ts';
import { instanceSecret } from '../secrets/instance-secret.ts';
import { createLlmKeys } from '../secrets/llm-keys.ts';
import { createSealer } from '../secrets/sealer.ts';
import { openStore } from '../store/open-store.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { connectTemporal, type TemporalParts } from './connect-temporal.ts';
import { type Listening, listen } from './listen.ts';
import { type ApiParts, makeApiDeps, temporalUiUrl } from './make-api-deps.ts';
import { makeHooks } from './make-hooks.ts';
import { makeLab } from './make-lab.ts';
import { makeLlm, makeLlmBudgets } from './make-llm.ts';
import { makePersonas } from './make-personas.ts';
import { makeSafety } from './make-safety.ts';
import { metricsListener } from './metrics-listener.ts';
import { type Access, startAccess } from './start-access.ts';
import { type EngineParts, loadExecutors, startEngine } from './start-engine.ts';
import { type StartedLedger, startLedger } from './start-ledger.ts';

/** Behind a load balancer the pod's preStop waits longer; this is for everybody else. */
const READINESS_NOTICE_MS = 250;

export interface App {
  readonly url: string;
  /** null: `/metrics` is beside the API. */
  readonly metricsUrl: string | null;
  readonly temporalUiUrl: string | null;
  readonly store: Store;
  readonly engine: EngineParts;
  /** The operator's API key, where this start has one. */
  readonly operatorKey: string | null;
  /** Rejects when a part broke that nothing can run without. */
  readonly broken: Promise<never>;
  /** Drains and stops everything this start has started. Safe to call twice. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** A line for people, for whatever takes longer than two seconds. */
  readonly onProgress: (text: string) => void;
  /** Ends a start that is still fetching the Temporal server. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<RunTreeLimits>;
  /** Where Temporal's core serves its metrics (see install-runtime.ts); null = nowhere. */
  readonly coreMetricsAddress?: string | null;
}

export async function startApp(options: StartOptions): Promise<App> {
  const { config, logger } = options;
  const undo: (() => Promise<void>)[] = [];
  try {
    const listening = await listen(
      config.host,
      config.role === 'worker' ? (config.metricsPort ?? 0) : config.port,
    );
    undo.push(() => listening.close(0));
    const metricsListening = await listenForMetrics(config);
    if (metricsListening !== null) undo.push(() => metricsListening.close(0));
    const [store, temporal, registry] = await allOrUndo(undo, [
      openStore({
        databaseUrl: config.databaseUrl?.reveal() ?? null,
        dataDir: config.dataDir,
        logger,
        usageRetentionDays: config.usageRetentionDays,
      }),
      connectTemporal(config, logger, {
        onProgress: options.onProgress,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }),
      loadExecutors(config),
    ]);
    const metrics = createMetrics({ coreAddress: options.coreMetricsAddress ?? null });
    const sealer = createSealer(config.secret?.reveal() ?? (await instanceSecret()));
    const safety = makeSafety(config, { metrics, hashKey: sealer.derive('safety-hash') });
    const llm = makeLlm(config, metrics);
    const llmBudgets = makeLlmBudgets(config, store);
    const llmKeys = createLlmKeys(store.secrets, sealer, Date.now);
    const inputSecrets = createInputSecrets(sealer);
    const hooks = await makeHooks(config, { registry, logger, metrics, safety });
    const watched = watchedStore(store, hooks);
    const personas = await makePersonas({ config, store, logger, metrics });
    undo.push(() => personas.close());
    const engine = await startEngine({
      ...options,
      store,
      watched,
      temporal,
      registry,
      metrics,
      sealer,
      llm,
      llmBudgets,
      llmKeys,
      inputSecrets,
      hooks,
      safety,
      personas,
    });
    const access = await startAccess({ config, store, sealer, logger });
    const hasOperatorKey = access.operatorKey !== null;
    const ledger = await startLedger({ config, store, logger, hasOperatorKey });
    metricsListening?.serve(metricsListener(metrics, logger));
    return await serve({
      options,
      config,
      logger,
      hasMetricsPort: metricsListening !== null,
      listening,
      metricsListening,
      store,
      watched,
      temporal,
      engine,
      metrics,
      sealer,
      access,
      ledger,
      llm,
      llmBudgets,
      llmKeys,
      inputSecrets,
      safety,
      lab: makeLab({ config, store, ledger: ledger.ledger, llm, sealer, logger, port: listening.port }),
      personas,
    });
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

/** Role worker has one port anyway: METRICS_PORT. */
async function listenForMetrics(config: Config): Promise<Listening | null> {
  if (config.role === 'worker' || config.metricsPort === null) return null;
  return listen(config.host, config.metricsPort);
}

interface Parts extends ApiParts {
  readonly options: StartOptions;
  readonly listening: Listening;
  /** null: `/metrics` is on the only port. */
  readonly metricsListening: Listening | null;
  readonly access: Access;
  readonly ledger: StartedLedger;
  readonly personas: StartedPersonas;
}

async function serve(parts: Parts): Promise<App> {
  const { options, listening, store, temporal, engine } = parts;
  const { config, logger } = options;
  const { url: host, port } = {
    url: config.host === '0.0.0.0' ? '127.0.0.1' : config.host,
    port: listening.port,
  };
  const state = { isStopping: false };
  const api = createApi(await makeApiDeps(parts, state));
  engine.onScheduled(api.startScheduled);
  listening.serve(api.callback());
  // What an earlier process left behind is picked up before anyone is told that we are ready.
  await engine.reconciler.round(0);
  engine.reconciler.schedule(config.reconcileIntervalMs);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    state.isStopping = true;
    engine.reconciler.stop();
    api.closeStreams();
    engine.engine.releaseWaits();
    // Whoever asks /ready must have the chance to hear it before the port is closed.
    await delay(READINESS_NOTICE_MS);
    await listening.close(config.shutdownGraceMs);
    await parts.metricsListening?.close(0);
    if (engine.worker !== null && engine.worker.getState() === 'RUNNING') engine.worker.shutdown();
    await engine.workerDone.catch((error: unknown) => logger.warn({ err: error }, 'The worker had broken'));
    engine.engine.close();
    await parts.ledger.close();
    await parts.personas.close();
    await parts.access.close();
    await store.close();
    await temporal.connection.close();
    await temporal.server.stop();
  };
  return {
    url: `http://${host}:${port}`,
    metricsUrl: parts.metricsListening && `http://${host}:${parts.metricsListening.port}/metrics`,
    temporalUiUrl: temporalUiUrl(temporal),
    store,
    engine,
    operatorKey: parts.access.operatorKey,
    broken: engine.workerDone.then(() => new Promise<never>(() => undefined)),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Waits for all; when one failed, the others are undone before the failure is thrown. */
async function allOrUndo(
  undo: (() => Promise<void>)[],
  parts: [Promise<Store>, Promise<TemporalParts>, ReturnType<typeof loadExecutors>],
): Promise<[Store, TemporalParts, Awaited<ReturnType<typeof loadExecutors>>]> {
  const [store, temporal, registry] = await Promise.allSettled(parts);
  if (store.status === 'fulfilled') undo.push(() => store.value.close());
  if (temporal.status === 'fulfilled') {
    undo.push(async () => {
      await temporal.value.connection.close();
      await temporal.value.server.stop();
    });
  }
  if (store.status === 'rejected') throw store.reason;
  if (temporal.status === 'rejected') throw temporal.reason;
  if (registry.status === 'rejected') throw registry.reason;
  return [store.value, temporal.value, registry.value];
}
