/** Everything the API is given by the composition root. It makes none of these itself and reads no environment. */

import type { RunEngine } from '../ports/engine.ts';
import type { ApiKeys, ClientAddress, IdentityResolver, UserActivity } from '../ports/identity.ts';
import type { InputSecrets } from '../ports/input-secrets.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { LlmGateway } from '../ports/llm.ts';
import type { LlmKeys } from '../ports/llm-keys.ts';
import type { Personas } from '../ports/personas.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';
import type { ReplyEngine } from '../ports/reply-engine.ts';
import type { SafetyChecker } from '../ports/safety.ts';
import type { TaskSchedules } from '../ports/schedules.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';
import type { ApiMetrics, Logger, Readiness } from '../ports/telemetry.ts';
import type { TreeGenerator } from '../ports/tree-generator.ts';
import type { TriggerSecrets } from '../ports/trigger-secrets.ts';
import type { WebApp } from '../ports/web-app.ts';
import type { LabDeps } from './lab/lab-deps.ts';
import type { MethodRates } from './rpc/method-rates.ts';
import type { TriggerRate } from './rpc/trigger-rate.ts';

export interface ApiSettings {
  readonly version: string;
  /** Where clients reach us; null = as the request says. */
  readonly publicUrl: string | null;
  readonly corsOrigins: readonly string[] | '*';
  /** Host names (without port) that are answered; `*` = any, `*.example.com` = its subdomains. */
  readonly allowedHosts: readonly string[];
  /** Cap for create, execute and generate. */
  readonly maxBodyBytes: number;
  /** Cap for everything else. */
  readonly smallBodyBytes: number;
  /** How long `tasks.execute` waits for the tree unless it says otherwise. */
  readonly waitSeconds: number;
  /** Open event streams one user may have on this process. */
  readonly maxStreamsPerUser: number;
  /** Schedules one user may have switched on; null = any number. */
  readonly maxSchedulesPerUser: number | null;
  readonly temporalUiUrl: string | null;
  /** false: `/metrics` is served on a port of its own, and not here. */
  readonly hasMetricsRoute: boolean;
  /** Workers of named queues show it; null: there are none. */
  readonly workerToken: string | null;
  readonly demoMode: boolean;
  /** Tasks that ask models have a key of this server's to ask with. */
  readonly hasServerLlm: boolean;
  /** Every run answers with canned results. */
  readonly forceDemo: boolean;
}

/** A payload in protobuf's JSON form: the values of metadata and the data are base64. */
export interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly data?: string | undefined;
}

export interface ApiDeps {
  readonly store: Store;
  readonly engine: RunEngine;
  readonly schedules: TaskSchedules;
  readonly registry: ExecutorRegistry;
  readonly treeGenerator: TreeGenerator;
  readonly logger: Logger;
  readonly metrics?: ApiMetrics;
  readonly settings: ApiSettings;
  /** Keeps webhook headers unreadable in the store; without it they are refused. */
  readonly sealer?: Sealer;
  /** Opens encrypted payloads for Temporal's UI; absent where payloads are not encrypted. Throws `invalid_params`. */
  readonly decodePayloads?: (payloads: readonly JsonPayload[]) => Promise<JsonPayload[]>;
  /** The page of an error code, Markdown. Only for slugs of the table. */
  readonly errorPage: (slug: string) => Promise<string>;
  readonly clock: { now(): number };
  /** Throws AppError `blocked_address` for URLs a webhook must not reach. */
  readonly httpGuard: (url: string) => Promise<void>;
  readonly identity: IdentityResolver;
  readonly clientAddress: ClientAddress;
  readonly activity: UserActivity;
  readonly keys: ApiKeys;
  readonly llmKeys: LlmKeys;
  /** Which models there are; nobody is asked through it. */
  readonly llm: Pick<LlmGateway, 'candidates' | 'route' | 'isUsable'>;
  readonly inputSecrets: InputSecrets;
  /** Has messages answered. Absent: they are kept, and nothing is answered. */
  readonly replies?: ReplyEngine;
  readonly personas: Personas;
  readonly ledger: Ledger;
  readonly safety: SafetyChecker;
  /** Absent: methods have no limits of their own. */
  readonly methodRates?: MethodRates;
  readonly triggerSecrets: TriggerSecrets;
  /** Whether signed triggers may come from this address; absent = from anywhere. */
  readonly mayTriggerFrom?: (ip: string) => boolean;
  /** Absent: tasks may be triggered as often as anybody likes. */
  readonly triggerRate?: TriggerRate;
  readonly lab: LabDeps;
  readonly readiness: () => Promise<Readiness>;
  readonly webApp: WebApp;
}
