/** Models from the settings: the operator's providers, and the two HTTP clients with their different reach. */
import type { Config } from '../config.ts';
import { LlmKey } from '../core/llm/llm-key.ts';
import { KNOWN_PROVIDERS } from '../core/llm/provider-catalog.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import { createGateway, type ServerAccess } from '../llm/create-gateway.ts';
import type { LlmGateway } from '../ports/llm.ts';

export function makeLlm(config: Config): LlmGateway {
  return createGateway({
    server: serverAccess(config),
    defaultModels: { openai: config.openaiModel },
    guarded: createHttpClient({ allowPrivateUrls: config.allowPrivateUrls }),
    // The operator's own addresses: Ollama on this machine, a proxy in the same network.
    configured: createHttpClient({ allowPrivateUrls: true }),
  });
}

/** A base URL alone is enough: such servers often ask for no key. */
function serverAccess({ openaiApiKey, openaiBaseUrl, openaiModel }: Config): ServerAccess[] {
  if (openaiApiKey === null && openaiBaseUrl === null) return [];
  return [
    {
      provider: 'openai',
      baseUrl: openaiBaseUrl ?? KNOWN_PROVIDERS['openai']?.baseUrl ?? '',
      key: openaiApiKey === null ? null : new LlmKey('openai', openaiApiKey.reveal()),
      model: openaiModel,
    },
  ];
}
