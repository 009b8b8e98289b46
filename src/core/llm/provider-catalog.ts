/** The vendors whose address is known by name. Every other OpenAI-compatible server is reached by a base URL. */

export interface KnownProvider {
  readonly baseUrl: string;
  /** The wire format it speaks. */
  readonly wire: 'openai' | 'anthropic';
}

export const KNOWN_PROVIDERS: Readonly<Record<string, KnownProvider>> = {
  openai: { baseUrl: 'https://api.openai.com/v1', wire: 'openai' },
  anthropic: { baseUrl: 'https://api.anthropic.com', wire: 'anthropic' },
  groq: { baseUrl: 'https://api.groq.com/openai/v1', wire: 'openai' },
  mistral: { baseUrl: 'https://api.mistral.ai/v1', wire: 'openai' },
  deepseek: { baseUrl: 'https://api.deepseek.com/v1', wire: 'openai' },
  openrouter: { baseUrl: 'https://openrouter.ai/api/v1', wire: 'openai' },
  gemini: { baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai', wire: 'openai' },
};

/** Answers without a model; needs no key. */
export const DEMO_PROVIDER = 'demo';

export function isKnownProvider(name: string): boolean {
  return name === DEMO_PROVIDER || Object.hasOwn(KNOWN_PROVIDERS, name);
}

/** The provider a model's name tells of (`openai/gpt-4o`, `claude-…`, `gpt-…`), and the name without its prefix. */
export function providerOfModel(model: string): { readonly provider: string | null; readonly model: string } {
  const slash = model.indexOf('/');
  const prefix = slash > 0 ? model.slice(0, slash) : '';
  if (prefix !== '' && isKnownProvider(prefix)) return { provider: prefix, model: model.slice(slash + 1) };
  if (/^claude-/.test(model)) return { provider: 'anthropic', model };
  if (/^(gpt|chatgpt|o\d)-/.test(model)) return { provider: 'openai', model };
  return { provider: model === DEMO_PROVIDER ? DEMO_PROVIDER : null, model };
}
