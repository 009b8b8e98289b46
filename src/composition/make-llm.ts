/** Models from the settings: the operator's providers, and the two HTTP clients with their different reach. */
import type { Secret } from '../config/secret.ts';
import type { Config } from '../config.ts';
import { LlmKey } from '../core/llm/llm-key.ts';
import { KNOWN_PROVIDERS } from '../core/llm/provider-catalog.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import { createGateway, type ServerAccess } from '../llm/create-gateway.ts';
import type { LlmGateway } from '../ports/llm.ts';

export function makeLlm(config: Config): LlmGateway {
  return createGateway({
    server: serverAccess(config),
    defaultModels: { openai: config.openaiModel, anthropic: config.anthropicModel },
    guarded: createHttpClient({ allowPrivateUrls: config.allowPrivateUrls }),
    // The operator's own addresses: Ollama on this machine, a proxy in the same network.
    configured: createHttpClient({ allowPrivateUrls: true }),
  });
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
