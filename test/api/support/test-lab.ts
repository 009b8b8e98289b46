/** The lab's services for tests: chance and the clock of the test's choice, a model that answers at once. */
import type { LabDeps } from '../../../src/api/lab/lab-deps.ts';
import { createExperiments } from '../../../src/experiments/create-experiments.ts';
import { createMonetization } from '../../../src/experiments/create-monetization.ts';
import {
  createInference,
  type InferenceOptions,
} from '../../../src/experiments/inference/create-inference.ts';
import type { Monetization } from '../../../src/ports/experiments.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';
import type { Store } from '../../../src/ports/store.ts';

export interface TestLabOptions {
  readonly monetization?: Partial<Monetization['settings']>;
  readonly giveBack?: Monetization['giveBack'];
  readonly random?: () => number;
  readonly now?: () => number;
  readonly inference?: Partial<InferenceOptions>;
}

interface TestLabParts extends TestLabOptions {
  readonly store: Pick<Store, 'experiments'>;
  readonly ledger: Ledger;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

export function makeTestLab(parts: TestLabParts): LabDeps {
  const { ledger, logger, random = Math.random, now = Date.now } = parts;
  const store = parts.store.experiments;
  const monetization = createMonetization({
    settings: { isEnabled: false, freeDailyRequests: 50, allowsHeaderPlans: false, ...parts.monetization },
    ledger,
    store,
    hashAddress: (ip) => `hash of ${ip}`,
    shortenAddress: (ip) => ip.replace(/\d+$/, '0'),
    now,
    logger,
  });
  return {
    experiments: createExperiments({ store, now, random, logger }),
    monetization: parts.giveBack === undefined ? monetization : { ...monetization, giveBack: parts.giveBack },
    inference: createInference({
      store,
      callModel: async (prompt) => `[MOCK COMPLETION] ${prompt}`,
      breaker: {
        enter: () => ({ answered: () => undefined, failed: () => undefined }),
        state: () => 'closed',
      },
      timeoutMs: 1_000,
      maxRetries: 2,
      backoffMs: 1,
      latencyBudgetMs: 1_000,
      keptMs: 60_000,
      maxKept: 512,
      now,
      logger,
      ...parts.inference,
    }),
    userMark: (userId) => `mark of ${userId.length}`,
    build: {
      host: '127.0.0.1',
      port: 21101,
      workers: 1,
      git: { commit: 'unknown', sha: 'unknown', branch: 'unknown', dirty: 'unknown' },
      time: 'unknown',
      isContainerized: false,
    },
  };
}
