/** Models from the settings: the operator's providers, and the two HTTP clients with their different reach. */
import type { Secret } from '../config/secret.ts';
import type { Config } from '../config.ts';
import { LlmKey } from '../core/llm/llm-key.ts';
import { KNOWN_PROVIDERS } from '../core/llm/provider-catalog.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import type { ServerAccess } from '../llm/call-target.ts';
import { createGateway } from '../llm/create-gateway.ts';
import { createUserBudgets } from '../llm/user-budgets.ts';
import type { LlmBudgetSource, LlmGateway } from '../ports/llm.ts';
import type { Store } from '../ports/store.ts';
import type { LlmMetrics } from '../ports/telemetry.ts';

/** How long other processes may spend unseen. */
const OTHERS_SEEN_MS = 5_000;
const DEFAULT_TIMEOUT_SECONDS = 300;

export function makeLlm(config: Config, metrics: LlmMetrics): LlmGateway {
  return createGateway({
    metrics,
    routeModels: config.llmRouteModels,
    timeoutMs: (config.llmTimeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1_000,
    circuit: {
      windowMs: config.llmCircuitWindowSeconds * 1_000,
      failureShare: config.llmCircuitFailureShare,
      minCalls: config.llmCircuitMinCalls,
      halfOpenAfterMs: config.llmCircuitHalfOpenSeconds * 1_000,
    },
    server: serverAccess(config),
    defaultModels: { openai: config.openaiModel, anthropic: config.anthropicModel },
    guarded: createHttpClient({ allowPrivateUrls: config.allowPrivateUrls }),
    // The operator's own addresses: Ollama on this machine, a proxy in the same network.
    configured: createHttpClient({ allowPrivateUrls: true }),
  });
}

/** What an operator lets trees and users spend on the server's key. `store` null: users are not counted here. */
export function makeLlmBudgets(config: Config, store: Pick<Store, 'usage' | 'kind'> | null): LlmBudgetSource {
  const user = { maxTokens: config.llmUserMaxTokens, maxCostNanoUsd: config.llmUserMaxCost };
  return {
    tree: { maxTokens: config.llmTreeMaxTokens, maxCostNanoUsd: config.llmTreeMaxCost },
    ofUser:
      store === null
        ? async () => null
        : createUserBudgets({
            ...user,
            usage: store.usage,
            freshMs: store.kind === 'duckdb' ? null : OTHERS_SEEN_MS,
            now: Date.now,
          }),
  };
}

/** A base URL alone is enough: such servers often ask for no key. The first is asked where a task names no provider. */
function serverAccess(config: Config): ServerAccess[] {
  const { openaiApiKey, openaiBaseUrl, openaiModel } = config;
  const { anthropicApiKey, anthropicBaseUrl, anthropicModel } = config;
  return [
    access('openai', openaiApiKey, openaiBaseUrl, openaiModel),
    access('anthropic', anthropicApiKey, anthropicBaseUrl, anthropicModel),
  ].flat();
}

function access(provider: string, key: Secret | null, ownUrl: string | null, model: string): ServerAccess[] {
  if (key === null && ownUrl === null) return [];
  const baseUrl = ownUrl ?? KNOWN_PROVIDERS[provider]?.baseUrl ?? '';
  return [{ provider, baseUrl, key: key === null ? null : new LlmKey(provider, key.reveal()), model }];
}
