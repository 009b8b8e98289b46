/** The tokens of a question: counted where the model's dictionary is known, estimated elsewhere. */
import type { ChatRequest } from '../core/llm/chat.ts';
import { estimateInputTokens } from '../core/llm/estimate-tokens.ts';
import { inputTexts } from '../core/llm/input-texts.ts';
import { TokenCounter } from './token-counter.ts';
import type { Encoding } from './token-worker.ts';

/** One a process: it holds nothing but a thread. */
const counter = new TokenCounter();

/** Anthropic's models count a text as about 30 % more tokens since Claude 4.7. */
const CLAUDE_SHARE = 1.3;

export async function countInputTokens(model: string, request: ChatRequest): Promise<number> {
  const encoding = encodingOf(model);
  const { texts, otherTokens } = inputTexts(request);
  const counted = encoding === null ? null : await counter.count(encoding, texts);
  if (counted !== null) return counted + otherTokens;
  return Math.ceil(estimateInputTokens(request) * (/claude/i.test(model) ? CLAUDE_SHARE : 1));
}

/** Null for vendors that publish no dictionary. Routers put the vendor's name before the model's. */
export function encodingOf(model: string): Encoding | null {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  if (/^(gpt-3\.5|gpt-4($|-))/.test(name)) return 'cl100k_base';
  return /^(gpt-|chatgpt-|o[1-9]($|-))/.test(name) ? 'o200k_base' : null;
}
