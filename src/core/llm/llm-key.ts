/** A key for a model's provider, and how the header `X-LLM-API-KEY` is read. */
import { AppError } from '../errors.ts';

const SHOWN = '[secret]';
const MOST_CHARACTERS = 4_096;

/** Prints, logs and serializes without the key. Call `reveal()` only where the request is made. */
export class LlmKey {
  readonly provider: string;
  readonly #key: string;

  constructor(provider: string, key: string) {
    this.provider = provider;
    this.#key = key;
  }

  reveal(): string {
    return this.#key;
  }

  toString(): string {
    return `${this.provider}:${SHOWN}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/**
 * `provider:key` (split at the first colon), or a bare key: `sk-ant-…` is Anthropic's, `sk-…` OpenAI's. An absent or
 * blank header is null.
 * @throws AppError `invalid_params` that never repeats what was sent.
 */
export function parseLlmKey(header: string | null | undefined): LlmKey | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  if (text.length > MOST_CHARACTERS) throw malformed(`it is longer than ${MOST_CHARACTERS} characters`);
  if (!/^[\x21-\x7e]+(: +[\x21-\x7e]+)?$/.test(text))
    throw malformed('it may hold printable ASCII only, and no blanks');
  const colon = text.indexOf(':');
  if (colon < 0) return bareKey(text);
  const provider = text.slice(0, colon).toLowerCase();
  const key = text.slice(colon + 1).trim();
  if (!/^[a-z][a-z0-9_-]{0,63}$/.test(provider))
    throw malformed('the provider before the colon must be a name');
  if (key === '') throw malformed('there is no key behind the colon');
  return new LlmKey(provider, key);
}

function bareKey(key: string): LlmKey {
  if (/^sk-ant-./.test(key)) return new LlmKey('anthropic', key);
  if (/^sk-./.test(key)) return new LlmKey('openai', key);
  throw malformed('a key without a provider must begin with sk-');
}

function malformed(reason: string): AppError {
  return new AppError(
    'invalid_params',
    `X-LLM-API-KEY is malformed: ${reason}. Send provider:key, for example openai:sk-… or anthropic:sk-ant-…`,
  );
}
