/**
 * Puts a call together: whose key, which provider, which address, which client may go there. Here stands the line
 * between addresses an operator configured (may be private) and addresses a task brings (guarded).
 */
import { AppError } from '../core/errors.ts';
import type { StreamingHttpClient } from '../core/executor.ts';
import type { AnswerFormat, ChatAnswer, ChatEvent, ChatRequest, LlmClient } from '../core/llm/chat.ts';
import { type AvailableKeys, chooseKey, type KeyChoice } from '../core/llm/choose-key.ts';
import type { LlmKey } from '../core/llm/llm-key.ts';
import {
  DEMO_PROVIDER,
  isKnownProvider,
  KNOWN_PROVIDERS,
  providerOfModel,
} from '../core/llm/provider-catalog.ts';
import { type DataCheck, dataCheck, readStructured } from '../core/llm/structured-answer.ts';
import type { LlmAccess, LlmGateway } from '../ports/llm.ts';
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

export interface GatewayOptions {
  /** In order of preference. */
  readonly server: readonly ServerAccess[];
  /** Addresses and models that hold for keys of users too. */
  readonly defaultModels: Readonly<Record<string, string>>;
  /** For addresses that tasks bring: private networks are refused. */
  readonly guarded: StreamingHttpClient;
  /** For addresses an operator configured, which may be private. */
  readonly configured: StreamingHttpClient;
}

/** Providers an operator can set up, and how the names of their settings begin. */
const SETTINGS_PREFIXES: Readonly<Record<string, string>> = { openai: 'OPENAI', anthropic: 'ANTHROPIC' };

type KeyAccess = Pick<LlmAccess, 'header' | 'stored' | 'mayUseServerKey'>;

/** One a process; keeps no key but those the operator gave. */
export function createGateway(options: GatewayOptions): LlmGateway {
  return {
    isUsable(access, provider) {
      const choice = chooseKey(available(options, access), { provider, baseUrl: null });
      return choice.source !== 'none';
    },
    clientFor: (access) => clientFor(options, access),
  };
}

function clientFor(options: GatewayOptions, access: LlmAccess): LlmClient {
  let calls = 0;
  const prepare = (request: ChatRequest) => prepareCall(options, access, request, calls++);
  return {
    async chat(request) {
      const { provider, call, check } = prepare(request);
      return finish(access, await provider.chat(call), check);
    },
    async *stream(request): AsyncGenerator<ChatEvent> {
      const { provider, call, check } = prepare(request);
      for await (const event of provider.stream(call)) {
        yield event.type === 'final' ? { type: 'final', answer: finish(access, event.answer, check) } : event;
      }
    },
  };
}

function mustCheck(format: AnswerFormat | undefined): format is AnswerFormat {
  if (format === undefined || format.type === 'text') return false;
  return format.type === 'json' || format.isUnchecked !== true;
}

interface Prepared {
  readonly provider: LlmProvider;
  readonly call: ProviderCall;
  /** null for plain text. */
  readonly check: DataCheck | null;
}

function prepareCall(
  options: GatewayOptions,
  access: LlmAccess,
  request: ChatRequest,
  number: number,
): Prepared {
  const { format } = request;
  const check = mustCheck(format) ? dataCheck(format) : null;
  const named = request.model === undefined ? null : providerOfModel(request.model);
  const wanted = access.useDemo ? DEMO_PROVIDER : (request.provider ?? named?.provider ?? null);
  const choice = chooseKey(available(options, access), {
    provider: wanted,
    baseUrl: request.baseUrl ?? null,
  });
  const base = { request, signal: access.signal, idempotencyKey: `${access.idempotencyKey}:llm:${number}` };
  if (choice.provider === DEMO_PROVIDER) {
    const call = {
      ...base,
      provider: DEMO_PROVIDER,
      model: DEMO_PROVIDER,
      baseUrl: '',
      key: null,
      http: options.guarded,
    };
    return { provider: demoProvider, call, check };
  }
  const { provider: name, baseUrl } = choice;
  if (choice.source === 'none' || name === null || baseUrl === null) throw keyMissing(options, choice);
  const provider = wireOf(name);
  const key = keyOf(options, access, choice);
  const callee = { provider: name, baseUrl: baseUrl.replace(/\/+$/, ''), key };
  const http = choice.isOwnUrl ? options.guarded : options.configured;
  const call = {
    ...base,
    ...callee,
    model: modelOf(options, request, name, choice),
    http: wordedHttp(http, callee),
  };
  return { provider, call, check };
}

function available({ server }: GatewayOptions, access: KeyAccess): AvailableKeys {
  return {
    header: access.header?.provider ?? null,
    stored: access.stored.map(({ provider }) => provider),
    server: server.map(({ provider, baseUrl }) => ({ provider, baseUrl })),
    mayUseServerKey: access.mayUseServerKey,
  };
}

function keyOf(options: GatewayOptions, access: KeyAccess, { source, provider }: KeyChoice): LlmKey | null {
  if (source === 'header') return access.header;
  if (source === 'stored') return access.stored.find((key) => key.provider === provider) ?? null;
  return options.server.find((server) => server.provider === provider)?.key ?? null;
}

const WIRES = { openai: openaiCompatible, anthropic } as const;

/** The adapter of the provider's wire format; servers we do not know by name speak OpenAI's. */
function wireOf(provider: string): LlmProvider {
  return WIRES[KNOWN_PROVIDERS[provider]?.wire ?? 'openai'];
}

/** The model as the provider knows it. A prefix that only names the provider goes. */
function modelOf(options: GatewayOptions, request: ChatRequest, provider: string, choice: KeyChoice): string {
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

function keyMissing({ server }: GatewayOptions, { provider, baseUrl }: KeyChoice): AppError {
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
  const set = isSettable
    ? `${setting}_API_KEY on the server (or ${setting}_BASE_URL for a server that asks for none)`
    : `a key for ${who} (config.llm_key.set)`;
  return new AppError(
    'llm_key_missing',
    `No LLM key for ${who}. Set ${set}, or run with use_demo for canned results`,
  );
}

function finish(access: LlmAccess, answer: ChatAnswer, check: DataCheck | null): ChatAnswer {
  access.onAnswer?.(answer);
  if (check === null || answer.toolCalls.length > 0) return answer;
  if (answer.finishReason === 'length') {
    throw new AppError(
      'task_failed',
      "The model's answer was cut at its token limit, so its JSON is incomplete. Raise max_tokens",
    );
  }
  return { ...answer, data: readStructured(answer.text, check) };
}
