/** The A/B experiments, the plans of their clients, and generated texts, from the settings. */
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { BuildFacts, LabDeps } from '../api/lab/lab-deps.ts';
import type { Config } from '../config.ts';
import { createExperiments } from '../experiments/create-experiments.ts';
import { createMonetization } from '../experiments/create-monetization.ts';
import type { Breaker } from '../experiments/inference/call-primary.ts';
import { createInference } from '../experiments/inference/create-inference.ts';
import { createMockModel } from '../experiments/inference/mock-model.ts';
import { truncateAddress } from '../identity/client-address.ts';
import { createMarks } from '../identity/fingerprint.ts';
import { createCircuitBreaker } from '../llm/circuit-breaker.ts';
import type { CallModel } from '../ports/inference.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { LlmGateway } from '../ports/llm.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../ports/telemetry.ts';

const TIMEOUT_SECONDS = 8;
const MAX_TOKENS = 500;
const USER_MARK_LENGTH = 12;

export interface LabParts {
  readonly config: Config;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly llm: LlmGateway;
  readonly sealer: Sealer;
  readonly logger: Logger;
  /** Where it really listens. */
  readonly port: number;
}

export function makeLab(parts: LabParts): LabDeps {
  const { config, store, ledger, logger } = parts;
  const now = () => performance.timeOrigin + performance.now();
  const userKey = parts.sealer.derive('lab-users');
  const marks = createMarks(parts.sealer.derive('fingerprint'));
  return {
    experiments: createExperiments({ store: store.experiments, now, random: Math.random, logger }),
    monetization: createMonetization({
      settings: {
        isEnabled: config.monetizationEnabled,
        freeDailyRequests: config.freeDailyRequests,
        allowsHeaderPlans: config.allowHeaderPlans,
      },
      ledger,
      store: store.experiments,
      hashAddress: (ip) => marks({}, ip).ipHash,
      shortenAddress: truncateAddress,
      now,
      logger,
    }),
    inference: createInference({
      store: store.experiments,
      callModel: modelOf(parts),
      breaker: breakerOf(config),
      timeoutMs: (config.llmTimeoutSeconds ?? TIMEOUT_SECONDS) * 1_000,
      maxRetries: config.generateMaxRetries,
      backoffMs: config.generateBackoffMs,
      latencyBudgetMs: config.generateLatencyBudgetMs,
      keptMs: config.generateKeptSeconds * 1_000,
      maxKept: config.generateMaxKept,
      now,
      logger,
    }),
    userMark: (userId) =>
      createHmac('sha256', userKey).update(userId).digest('hex').slice(0, USER_MARK_LENGTH),
    build: buildFacts(config, parts.port),
  };
}

function buildFacts(config: Config, port: number): BuildFacts {
  return {
    host: config.host,
    port,
    workers: config.workers,
    git: {
      commit: config.gitCommit,
      sha: config.gitSha === '' ? config.gitCommit : config.gitSha,
      branch: config.gitBranch,
      dirty: config.gitDirty,
    },
    time: config.buildTime,
    isContainerized: existsSync('/.dockerenv'),
  };
}

/** The mock unless the operator says otherwise: the route is public, and each call of a model costs money. */
function modelOf({ config, llm }: LabParts): CallModel {
  if (config.generateProvider === 'mock')
    return createMockModel({
      minMs: config.mockMinMs,
      maxMs: Math.max(config.mockMinMs, config.mockMaxMs),
      transientShare: config.mockTransientShare,
      hardShare: config.mockHardShare,
      random: Math.random,
    });
  return async (prompt, signal) => {
    const client = llm.clientFor({
      header: null,
      stored: [],
      mayUseServerKey: true,
      useDemo: config.forceDemo,
      signal,
      idempotencyKey: crypto.randomUUID(),
    });
    const answer = await client.chat({
      messages: [{ role: 'user', content: prompt }],
      maxTokens: MAX_TOKENS,
    });
    return answer.text;
  };
}

function breakerOf(config: Config): Breaker {
  const server = { provider: 'generate_v2', baseUrl: config.generateProvider, isOwnUrl: false };
  const circuit = createCircuitBreaker({
    windowMs: config.llmCircuitWindowSeconds * 1_000,
    failureShare: config.llmCircuitFailureShare,
    minCalls: config.llmCircuitMinCalls,
    halfOpenAfterMs: config.llmCircuitHalfOpenSeconds * 1_000,
    now: Date.now,
  });
  return { enter: () => circuit.enter(server), state: () => circuit.stateOf(server) };
}
