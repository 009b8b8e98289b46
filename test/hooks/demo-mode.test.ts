import { describe, expect, it } from 'vitest';
import type { BeforeTaskContext } from '../../src/core/hook.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { demoMode } from '../../src/hooks/demo-mode.ts';

const hook = demoMode({ maxCalls: 2, maxTokens: 100 });
const decide = (options: JsonObject, llm = { calls: 0, tokens: 0 }) =>
  hook.beforeTask?.({ run: { options, llm } } as BeforeTaskContext);

describe('demo mode', () => {
  it('is only about models', () => expect(hook.onlyLlm).toBe(true));

  it.each([
    ['quota is left', {}, { calls: 1, tokens: 99 }, null],
    [
      'the quota is used up',
      { llmDemo: { reason: 'llm_quota_exceeded' } },
      { calls: 0, tokens: 0 },
      'llm_quota_exceeded',
    ],
    ['no reason was written', { llmDemo: {} }, { calls: 0, tokens: 0 }, 'llm_quota_exceeded'],
    ['a free tree has asked often enough', {}, { calls: 2, tokens: 0 }, 'free_tree_llm_limit'],
    ['a free tree has used its tokens', { plan: 'free' }, { calls: 1, tokens: 100 }, 'free_tree_llm_limit'],
    ['the user pays', { plan: 'premium' }, { calls: 9, tokens: 999 }, null],
    ['it is the operator', { plan: 'internal' }, { calls: 9, tokens: 999 }, null],
  ])('%s', (_, options, llm, reason) => {
    expect(decide(options, llm)).toEqual(reason === null ? null : { action: 'demo', reason });
  });
});
