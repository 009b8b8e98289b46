/** The settings of calls of models: time limits, circuit breakers, budgets; part of the table in settings.ts. */
import { list, optional, setting, share, wholeNumber } from './setting.ts';

/** 0 refuses every call. */
const budget = optional(wholeNumber(0, Number.MAX_SAFE_INTEGER));
const seconds = wholeNumber(1, 3_600);

export const LLM_SETTINGS = {
  llmTimeoutSeconds: setting(
    'Models',
    'LLM_TIMEOUT_SECS',
    optional(seconds),
    null,
    'Seconds a call of a model may take that names no limit. Unset: 300, and 8 for /safety/generate_v2.',
  ),
  llmCircuitWindowSeconds: setting(
    'Models',
    'LLM_CB_WINDOW_SECONDS',
    seconds,
    30,
    'Circuit breaker of each provider and address: failures of so many seconds count.',
  ),
  llmCircuitFailureShare: setting(
    'Models',
    'LLM_CB_FAILURE_THRESHOLD',
    share,
    0.5,
    'Share of failed calls from which on a provider is left alone for a while.',
  ),
  llmCircuitMinCalls: setting(
    'Models',
    'LLM_CB_MIN_CALLS',
    wholeNumber(1, 10_000),
    6,
    'Calls within the window before that share counts.',
  ),
  llmCircuitHalfOpenSeconds: setting(
    'Models',
    'LLM_CB_HALFOPEN_AFTER_SECONDS',
    seconds,
    15,
    'After so many seconds one call is let through to see whether it is back.',
  ),
  llmRouteModels: setting(
    'Models',
    'LLM_ROUTE_MODELS',
    list,
    [],
    'Models routing may choose, comma-separated: openai/gpt-6-luna,anthropic/claude-haiku-5-5. Unset: all it knows.',
  ),
  llmTreeMaxTokens: setting(
    'Models',
    'LLM_TREE_MAX_TOKENS',
    budget,
    null,
    "Most tokens, in and out, the models of one tree may use in a run on the server's key. Unset: no limit.",
  ),
  llmTreeMaxCost: setting(
    'Models',
    'LLM_TREE_MAX_COST_NANO_USD',
    budget,
    null,
    'Most they may cost, in nano-dollars (1 dollar = 1000000000). Models without a known price are then refused.',
  ),
  llmUserMaxTokens: setting(
    'Models',
    'LLM_USER_DAILY_MAX_TOKENS',
    budget,
    null,
    "Most tokens all runs of a user may use a day (UTC) on the server's key. Unset: no limit.",
  ),
  llmUserMaxCost: setting(
    'Models',
    'LLM_USER_DAILY_MAX_COST_NANO_USD',
    budget,
    null,
    'Most they may cost a day, in nano-dollars. Models without a known price are then refused.',
  ),
} as const;
