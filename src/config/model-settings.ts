/** The settings of models and who pays for them; part of the table in settings.ts. */
import { httpUrl, secret, setting, text, wholeNumber } from './setting.ts';

export const MODEL_SETTINGS = {
  openaiApiKey: setting(
    'Models',
    'OPENAI_API_KEY',
    secret(1),
    null,
    "The server's key for models. Sent to OPENAI_BASE_URL only. Unset: users bring their own, or get demo results.",
  ),
  openaiBaseUrl: setting(
    'Models',
    'OPENAI_BASE_URL',
    httpUrl,
    null,
    'Any OpenAI-compatible server, also one without a key (Ollama: http://127.0.0.1:11434/v1). Unset: OpenAI itself.',
  ),
  openaiModel: setting('Models', 'OPENAI_MODEL', text, 'gpt-4o-mini', 'The model of tasks that name none.'),
  anthropicApiKey: setting(
    'Models',
    'ANTHROPIC_API_KEY',
    secret(1),
    null,
    "The server's key for Claude models. Sent to ANTHROPIC_BASE_URL only.",
  ),
  anthropicBaseUrl: setting(
    'Models',
    'ANTHROPIC_BASE_URL',
    httpUrl,
    null,
    "Any server that speaks Anthropic's Messages API. Unset: Anthropic itself.",
  ),
  anthropicModel: setting(
    'Models',
    'ANTHROPIC_MODEL',
    text,
    'claude-haiku-5-5',
    'The Claude model of tasks that name none. Without OPENAI_API_KEY and OPENAI_BASE_URL, of all such tasks.',
  ),
  llmFreeTreeMaxCalls: setting(
    'Models',
    'LLM_FREE_TREE_MAX_CALLS',
    wholeNumber(0, 1_000_000),
    20,
    "How often one free tree may ask models on the server's key; then its model tasks answer with demo results.",
  ),
  llmFreeTreeMaxTokens: setting(
    'Models',
    'LLM_FREE_TREE_MAX_TOKENS',
    wholeNumber(0, 1_000_000_000),
    50_000,
    "How many tokens, in and out, one free tree may use on the server's key.",
  ),
} as const;
