/**
 * Where a call goes: whose key, which provider, which address, which client may go there. Here stands the line between
 * addresses an operator configured (may be private) and addresses a task brings (guarded).
 */
import { AppError } from '../core/errors.ts';
import type { StreamingHttpClient } from '../core/executor.ts';
import type { ChatRequest } from '../core/llm/chat.ts';
import { type AvailableKeys, chooseKey, type KeyChoice } from '../core/llm/choose-key.ts';
import type { LlmKey } from '../core/llm/llm-key.ts';
import {
  DEMO_PROVIDER,
  isKnownProvider,
  KNOWN_PROVIDERS,
  providerOfModel,
} from '../core/llm/provider-catalog.ts';
import type { LlmAccess } from '../ports/llm.ts';
import { anthropic } from './anthropic.ts';
import { demoProvider } from './demo.ts';
import { openaiCompatible } from './openai-compatible.ts';
import type { LlmProvider, ProviderCall } from './provider.ts';
import { wordedHttp } from './worded-http.ts';

/** What an operator has set up for one provider. */
export interface ServerAccess {
  readonly provider: string;
  readonly baseUrl: string;
  /** null: the server asks for none. */
  readonly key: LlmKey | null;
  /** For requests that name no model. */
  readonly model: string;
}

export interface TargetOptions {
  /** In order of preference. */
  readonly server: readonly ServerAccess[];
  /** Addresses and models that hold for keys of users too. */
  readonly defaultModels: Readonly<Record<string, string>>;
  /** For addresses that tasks bring: private networks are refused. */
  readonly guarded: StreamingHttpClient;
  /** For addresses an operator configured, which may be private. */
  readonly configured: StreamingHttpClient;
}

export type CallTarget = Pick<ProviderCall, 'provider' | 'model' | 'baseUrl' | 'key' | 'http'> & {
  readonly wire: LlmProvider;
  readonly isOwnUrl: boolean;
};

export type KeyAccess = Pick<LlmAccess, 'header' | 'stored' | 'mayUseServerKey'>;

const WIRES = { openai: openaiCompatible, anthropic } as const;
/** Providers an operator can set up, and how the names of their settings begin. */
const SETTINGS_PREFIXES: Readonly<Record<string, string>> = { openai: 'OPENAI', anthropic: 'ANTHROPIC' };

/** @throws AppError `llm_key_missing`, `task_input_invalid`. */
export function callTarget(
  options: TargetOptions,
  access: KeyAccess & Pick<LlmAccess, 'useDemo'>,
  request: ChatRequest,
): CallTarget {
  const named = request.model === undefined ? null : providerOfModel(request.model);
  const wanted = access.useDemo ? DEMO_PROVIDER : (request.provider ?? named?.provider ?? null);
  const choice = chooseKey(availableKeys(options, access), {
    provider: wanted,
    baseUrl: request.baseUrl ?? null,
  });
  if (choice.provider === DEMO_PROVIDER) return demoTarget(options);
  const { provider, isOwnUrl } = choice;
  if (choice.source === 'none' || provider === null || choice.baseUrl === null)
    throw keyMissing(options, choice);
  const baseUrl = choice.baseUrl.replace(/\/+$/, '');
  const key = keyOf(options, access, choice);
  const http = wordedHttp(isOwnUrl ? options.guarded : options.configured, { provider, baseUrl, key });
  const model = modelOf(options, request, provider, choice);
  return { wire: wireOf(provider), provider, model, baseUrl, key, http, isOwnUrl };
}

function demoTarget({ guarded }: TargetOptions): CallTarget {
  const names = { provider: DEMO_PROVIDER, model: DEMO_PROVIDER, baseUrl: '' };
  return { ...names, wire: demoProvider, key: null, http: guarded, isOwnUrl: false };
}

export function availableKeys({ server }: Pick<TargetOptions, 'server'>, access: KeyAccess): AvailableKeys {
  return {
    header: access.header?.provider ?? null,
    stored: access.stored.map(({ provider }) => provider),
    server: server.map(({ provider, baseUrl }) => ({ provider, baseUrl })),
    mayUseServerKey: access.mayUseServerKey,
  };
}

function keyOf(options: TargetOptions, access: KeyAccess, { source, provider }: KeyChoice): LlmKey | null {
  if (source === 'header') return access.header;
  if (source === 'stored') return access.stored.find((key) => key.provider === provider) ?? null;
  return options.server.find((server) => server.provider === provider)?.key ?? null;
}

/** The adapter of the provider's wire format; servers we do not know by name speak OpenAI's. */
function wireOf(provider: string): LlmProvider {
  return WIRES[KNOWN_PROVIDERS[provider]?.wire ?? 'openai'];
}

/** The model as the provider knows it. A prefix that only names the provider goes. */
function modelOf(options: TargetOptions, request: ChatRequest, provider: string, choice: KeyChoice): string {
  const { model } = request;
  if (model !== undefined && model !== '') {
    const named = providerOfModel(model);
    return named.provider === provider ? named.model : model;
  }
  const configured = options.server.find((server) => server.provider === provider)?.model;
  const fallback = configured ?? options.defaultModels[provider];
  if (fallback !== undefined && !choice.isOwnUrl) return fallback;
  throw new AppError('task_input_invalid', `Name a model: there is no default one for ${provider}`);
}

function keyMissing({ server }: TargetOptions, { provider, baseUrl }: KeyChoice): AppError {
  if (provider !== null && !isKnownProvider(provider) && baseUrl === null) {
    const known = Object.keys(KNOWN_PROVIDERS).join(', ');
    return new AppError(
      'task_input_invalid',
      `Unknown provider '${provider}'. Known: ${known}; any other needs base_url`,
    );
  }
  if (baseUrl !== null) {
    return new AppError(
      'llm_key_missing',
      "No key for the task's own base_url: the server's key is never sent there. Bring your own, or leave base_url out",
    );
  }
  const who = provider === null ? 'a model' : provider;
  const setting = Object.hasOwn(SETTINGS_PREFIXES, provider ?? 'openai')
    ? SETTINGS_PREFIXES[provider ?? 'openai']
    : undefined;
  const isSettable = setting !== undefined && (provider !== null || server.length === 0);
  const operator = isSettable
    ? ` The operator can set ${setting}_API_KEY (or ${setting}_BASE_URL for a server that asks for none).`
    : '';
  return new AppError(
    'llm_key_missing',
    `No LLM key for ${who}. Send yours as X-LLM-API-KEY, or keep it with config.llm_key.set; ` +
      `use_demo gives canned results.${operator}`,
  );
}
