/**
 * Switches tasks that ask models to their canned results: when the user's quota of model trees is used up (decided at
 * acceptance, `llmDemo` in the run's options), and when a free tree has had its share of the server's key.
 */
import { defineHook, type HookDefinition } from '../core/hook.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';

/** What one free tree may ask of models on the server's key. */
export interface FreeTreeLimits {
  readonly maxCalls: number;
  /** Input and output together. */
  readonly maxTokens: number;
}

export const FREE_TREE_REASON = 'free_tree_llm_limit';

export function demoMode(limits: FreeTreeLimits): HookDefinition {
  return defineHook({
    id: 'demo-mode',
    description: 'Canned results instead of models when the quota is used up',
    onlyLlm: true,
    onFailure: 'closed',
    beforeTask({ run: { options, llm } }) {
      const quota = options['llmDemo'];
      if (isJsonObject(quota)) return { action: 'demo', reason: reasonIn(quota) };
      return isFreeTreeSpent(limits, options, llm) ? { action: 'demo', reason: FREE_TREE_REASON } : null;
    },
  });
}

/** Premium runs pay with keys of their own; the operator's tools have no limits. */
export function isFreeTreeSpent(
  limits: FreeTreeLimits,
  options: JsonObject,
  llm: { readonly calls: number; readonly tokens: number },
): boolean {
  if ((options['plan'] ?? 'free') !== 'free') return false;
  return llm.calls >= limits.maxCalls || llm.tokens >= limits.maxTokens;
}

function reasonIn({ reason }: JsonObject): string {
  return typeof reason === 'string' && reason !== '' ? reason : 'llm_quota_exceeded';
}
