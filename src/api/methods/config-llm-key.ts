/** `config.llm_key.get|set|delete`: the caller's own LLM keys. They go in and are never shown again. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { type LlmKey, parseLlmKey } from '../../core/llm/llm-key.ts';
import { type Call, defineMethod } from '../method.ts';
import { scopeUser } from './own.ts';
import { userIdParam } from './param.ts';

const shared = {
  scope: 'system',
  category: 'crud',
  tags: ['config', 'llm', 'key'],
  bodyLimit: 'small',
  auth: { ownership: 'own-keys' },
} as const;
const providerParam = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/)
  .nullish()
  .describe('openai, anthropic …');

const getParams = z.object({ provider: providerParam, user_id: userIdParam });
export const configLlmKeyGet = defineMethod<z.infer<typeof getParams>>({
  ...shared,
  name: 'config.llm_key.get',
  title: 'LLM Key Status',
  description: 'Whether there is a key, and for which providers. Never the key.',
  params: getParams,
  result: z.object({
    has_key: z.boolean(),
    user_id: z.string(),
    provider: z.string().nullable(),
    providers: z.record(z.string(), z.string()).describe('configured, by provider'),
  }),
  examples: [{ name: 'any', params: {} }],
  handle: async (params, call) => {
    const userId = owner(params.user_id, call);
    const names = await call.deps.llmKeys.providersOf(userId);
    const provider = params.provider?.toLowerCase() ?? null;
    return {
      has_key: provider === null ? names.length > 0 : names.includes(provider),
      user_id: userId,
      provider,
      providers: Object.fromEntries(names.map((name) => [name, 'configured'])),
    };
  },
});

const setParams = getParams.extend({ api_key: z.string().min(1).max(4_096) });
export const configLlmKeySet = defineMethod<z.infer<typeof setParams>>({
  ...shared,
  name: 'config.llm_key.set',
  title: 'Set LLM Key',
  description: 'Keeps a key, sealed, for all runs of the user. Replaces the one of the same provider.',
  params: setParams,
  result: z.object({ success: z.literal(true), user_id: z.string(), provider: z.string() }),
  examples: [{ name: 'openai', params: { api_key: 'sk-…', provider: 'openai' } }],
  handle: async (params, call) => {
    const userId = owner(params.user_id, call);
    const key = readKey(params.api_key, params.provider?.toLowerCase() ?? null);
    await call.deps.llmKeys.set(userId, key);
    return { success: true as const, user_id: userId, provider: key.provider };
  },
});

export const configLlmKeyDelete = defineMethod<z.infer<typeof getParams>>({
  ...shared,
  name: 'config.llm_key.delete',
  title: 'Delete LLM Key',
  description: 'Forgets the key of one provider, or all.',
  params: getParams,
  result: z.object({
    success: z.literal(true),
    user_id: z.string(),
    provider: z.string().nullable(),
    deleted: z.boolean(),
  }),
  isDestructive: true,
  examples: [{ name: 'openai', params: { provider: 'openai' } }],
  handle: async (params, call) => {
    const userId = owner(params.user_id, call);
    const provider = params.provider?.toLowerCase() ?? null;
    const deleted = await call.deps.llmKeys.delete(userId, provider);
    return { success: true as const, user_id: userId, provider, deleted };
  },
});

function owner(userId: string | null | undefined, call: Call): string {
  return scopeUser(call.identity, userId, 'configure LLM keys for') ?? call.identity.userId;
}

/** A provider beside the key wins; a key with a colon of its own stays whole then. */
function readKey(text: string, provider: string | null): LlmKey {
  const key = provider === null ? parseLlmKey(text) : parseLlmKey(`${provider}:${text}`);
  if (key === null) throw new AppError('invalid_params', 'api_key must not be blank');
  return key;
}
