/** The settings of the A/B experiments, the plans of their clients, and generated texts; part of the table in settings.ts. */
import { choice, positiveDecimal, setting, text, wholeNumber } from './setting.ts';

const MINUTE_MS = 60_000;
/** Existing deployments rely on "true" being off. */
const exactlyOne = text.transform((value) => value === '1');
const shareOfCalls = positiveDecimal.refine((value) => value <= 1, 'must be a number from 0 to 1');
const milliseconds = wholeNumber(0, 10 * MINUTE_MS);

export const EXPERIMENT_SETTINGS = {
  monetizationEnabled: setting(
    'Experiments',
    'MONETIZATION_ENABLED',
    exactlyOne,
    false,
    'Exactly 1: POST /predict_ab counts requests by client and day. Anything else is off, "true" too.',
  ),
  freeDailyRequests: setting(
    'Experiments',
    'FREE_TIER_DAILY_REQUESTS',
    wholeNumber(0, 1_000_000_000),
    50,
    'Requests a FREE client has a day (UTC); 0 refuses all.',
  ),
  allowHeaderPlans: setting(
    'Experiments',
    'ALLOW_HEADER_PLANS',
    exactlyOne,
    false,
    'Exactly 1: X-Client-Plan chooses FREE, PREMIUM or INTERNAL. For experiments only: anybody may send it.',
  ),
  generateProvider: setting(
    'Experiments',
    'GENERATE_V2_PROVIDER',
    choice('mock', 'model'),
    'mock',
    "What /safety/generate_v2 asks. model: the server's own model; the route is public, so anybody then spends its key.",
  ),
  mockMinMs: setting('Experiments', 'LLM_MOCK_MIN_MS', milliseconds, 50, 'The mock takes at least so long.'),
  mockMaxMs: setting(
    'Experiments',
    'LLM_MOCK_MAX_MS',
    milliseconds,
    1_200,
    'The mock takes at most so long.',
  ),
  mockTransientShare: setting(
    'Experiments',
    'LLM_MOCK_TRANSIENT_SHARE',
    shareOfCalls,
    0.1,
    'Part of the calls of the mock that fail in a way another try may mend.',
  ),
  mockHardShare: setting(
    'Experiments',
    'LLM_MOCK_HARD_SHARE',
    shareOfCalls,
    0.05,
    'Part of the calls of the mock that fail for good.',
  ),
  generateMaxRetries: setting(
    'Experiments',
    'LLM_RETRY_MAX_ATTEMPTS',
    wholeNumber(0, 10),
    2,
    'Tries of /safety/generate_v2 after the first, when a model fails for now.',
  ),
  generateBackoffMs: setting(
    'Experiments',
    'LLM_RETRY_BACKOFF_BASE_MS',
    milliseconds,
    200,
    'Pause before the second try; each further one is twice as long.',
  ),
  generateLatencyBudgetMs: setting(
    'Experiments',
    'LLM_LATENCY_BUDGET_MS',
    milliseconds,
    2_500,
    'A model that took longer is answered by the fallback text.',
  ),
  generateKeptSeconds: setting(
    'Experiments',
    'LLM_CACHE_TTL_SECONDS',
    wholeNumber(0, 86_400),
    60,
    'How long its answers are kept for the same client.',
  ),
  generateMaxKept: setting(
    'Experiments',
    'LLM_CACHE_MAX_ENTRIES',
    wholeNumber(1, 1_000_000),
    512,
    'Most answers that are kept.',
  ),
} as const;
