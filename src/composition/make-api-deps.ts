/** What the API is given: the parts of this process and the settings that concern it. */
import { readFile } from 'node:fs/promises';
import type { ApiDeps, ApiSettings } from '../api/api-deps.ts';
import type { LabDeps } from '../api/lab/lab-deps.ts';
import { createMethodRates } from '../api/rpc/method-rates.ts';
import { createTriggerRate } from '../api/rpc/trigger-rate.ts';
import type { Config } from '../config.ts';
import { assertPublicUrl } from '../http/guarded-fetch.ts';
import { inRanges } from '../identity/client-address.ts';
import { createTreeGenerator } from '../llm/generate-tree/create-tree-generator.ts';
import type { InputSecrets } from '../ports/input-secrets.ts';
import type { LlmBudgetSource, LlmGateway } from '../ports/llm.ts';
import type { LlmKeys } from '../ports/llm-keys.ts';
import type { Personas } from '../ports/personas.ts';
import type { SafetyChecker } from '../ports/safety.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../ports/telemetry.ts';
import { createTriggerSecrets } from '../secrets/trigger-secrets.ts';
import { createHealth } from '../telemetry/health.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { jsonDecoder } from '../temporal/payload-codec.ts';
import type { TemporalParts } from './connect-temporal.ts';
import type { Access } from './start-access.ts';
import type { EngineParts } from './start-engine.ts';
import type { StartedLedger } from './start-ledger.ts';
import { webAppFiles } from './web-app-files.ts';

const WAIT_SECONDS = 25;
const SMALL_BODY_BYTES = 1024 * 1024;

export interface ApiParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly store: Store;
  /** For the API: tells hooks of new trees. */
  readonly watched: Store;
  readonly temporal: TemporalParts;
  readonly engine: EngineParts;
  readonly metrics: Metrics;
  /** `/metrics` is not beside the API. */
  readonly hasMetricsPort: boolean;
  readonly sealer: Sealer;
  readonly access: Pick<Access, 'api' | 'checkProxy'>;
  readonly ledger: Pick<StartedLedger, 'ledger'>;
  readonly llm: LlmGateway;
  readonly llmBudgets: LlmBudgetSource;
  readonly llmKeys: LlmKeys;
  readonly inputSecrets: InputSecrets;
  readonly personas: Personas;
  readonly safety: SafetyChecker;
  readonly lab: LabDeps;
}

/** `state.isStopping` makes `/ready` say no. */
export async function makeApiDeps(parts: ApiParts, state: { isStopping: boolean }): Promise<ApiDeps> {
  const { config, logger, store, engine, temporal, metrics, access } = parts;
  const health = createHealth([
    { name: 'database', isRequired: true, check: async () => void (await store.ping()) },
    { name: 'temporal', isRequired: true, check: async () => void (await engine.engine.ping()) },
    { name: 'worker', isRequired: config.role !== 'api', check: () => checkWorker(engine, config.role) },
    { name: 'proxy', isRequired: false, check: access.checkProxy },
  ]);
  return {
    store: parts.watched,
    engine: engine.engine,
    schedules: engine.schedules,
    replies: engine.replies,
    registry: engine.registry,
    treeGenerator: createTreeGenerator({
      registry: engine.registry,
      llm: parts.llm,
      budgetOfUser: parts.llmBudgets.ofUser,
    }),
    logger,
    metrics,
    errorPage,
    settings: await apiSettings(parts),
    sealer: parts.sealer,
    llmKeys: parts.llmKeys,
    llm: parts.llm,
    inputSecrets: parts.inputSecrets,
    personas: parts.personas,
    safety: parts.safety,
    lab: parts.lab,
    ...(temporal.codec === null ? {} : { decodePayloads: jsonDecoder(temporal.codec) }),
    clock: { now: () => performance.timeOrigin + performance.now() },
    httpGuard: (url) => assertPublicUrl(url, { allowPrivateUrls: config.allowPrivateUrls }),
    ...access.api,
    ledger: parts.ledger.ledger,
    methodRates: createMethodRates(config.rateLimitEnabled ? config.methodRates : {}, Date.now),
    triggerSecrets: createTriggerSecrets({
      secrets: store.secrets,
      sealer: parts.sealer,
      shared: config.webhookSecret?.reveal() ?? null,
      now: Date.now,
    }),
    ...(config.webhookAllowedIps === null ? {} : { mayTriggerFrom: inRanges(config.webhookAllowedIps) }),
    ...(config.rateLimitEnabled ? { triggerRate: createTriggerRate(config.webhookRate, Date.now) } : {}),
    webApp: webAppFiles(),
    readiness: async () => {
      const readiness = await health();
      return state.isStopping ? { ...readiness, ready: false } : readiness;
    },
  };
}

async function apiSettings({ config, temporal, llm, hasMetricsPort }: ApiParts): Promise<ApiSettings> {
  return {
    version: await packageVersion(),
    publicUrl: config.publicUrl,
    corsOrigins: config.corsOrigins.includes('*') ? '*' : config.corsOrigins,
    allowedHosts: config.allowedHosts,
    maxBodyBytes: config.maxBodyBytes,
    smallBodyBytes: SMALL_BODY_BYTES,
    waitSeconds: WAIT_SECONDS,
    maxStreamsPerUser: config.maxStreamsPerUser,
    maxSchedulesPerUser: config.rateLimitEnabled ? config.maxSchedulesPerUser : null,
    temporalUiUrl: temporalUiUrl(temporal),
    hasMetricsRoute: !hasMetricsPort,
    workerToken: config.workerToken?.reveal() ?? null,
    demoMode: config.demoMode,
    hasServerLlm: llm.isUsable({ header: null, stored: [], mayUseServerKey: true }, null),
    forceDemo: config.forceDemo,
  };
}

async function checkWorker(
  engine: EngineParts,
  role: Config['role'],
): Promise<undefined | { status: 'UNHEALTHY' | 'UNKNOWN'; detail: string }> {
  if (engine.worker === null)
    return role === 'api' ? { status: 'UNKNOWN', detail: 'runs in another process' } : undefined;
  const state = engine.worker.getState();
  return state === 'RUNNING' ? undefined : { status: 'UNHEALTHY', detail: `worker is ${state}` };
}

/** null: nobody knows where it is. */
export function temporalUiUrl(temporal: TemporalParts): string | null {
  const { uiUrl: base, namespace } = temporal.server;
  return base === null ? null : `${base}/namespaces/${namespace}/workflows`;
}

/** The pages of error codes, as `meta.docs` of an answer names them. */
function errorPage(slug: string): Promise<string> {
  return readFile(new URL(`../../docs/errors/${slug}.md`, import.meta.url), 'utf8');
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
