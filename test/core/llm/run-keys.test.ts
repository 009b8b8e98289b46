import { describe, expect, it } from 'vitest';
import { isPremiumWork, type ModelTask, runLlmKeys } from '../../../src/core/llm/run-keys.ts';

const task = (inputs: ModelTask['inputs'] = null, params: ModelTask['params'] = null): ModelTask => ({
  inputs,
  params,
});
const header = (provider: string) => ({ header: provider, stored: [] });

describe('isPremiumWork', () => {
  it('needs a task that asks a model, and a key', () => {
    expect(isPremiumWork([], header('openai'))).toBe(false);
    expect(isPremiumWork([task()], { header: null, stored: [] })).toBe(false);
    expect(isPremiumWork([task()], header('openai'))).toBe(true);
    expect(isPremiumWork([task()], { header: null, stored: ['groq'] })).toBe(true);
  });

  it('needs a key for each of them: one that would fall to the server makes the whole run free', () => {
    const own = task({ model: 'gpt-4o-mini' });
    const other = task({ provider: 'Anthropic' });
    expect(isPremiumWork([own, own], header('openai'))).toBe(true);
    expect(isPremiumWork([own, other], header('openai'))).toBe(false);
    expect(isPremiumWork([own, other], { header: 'openai', stored: ['anthropic'] })).toBe(true);
  });

  it('reads provider and model from inputs, then params', () => {
    expect(isPremiumWork([task(null, { llm_provider: 'anthropic' })], header('openai'))).toBe(false);
    expect(isPremiumWork([task({ provider: 'openai' }, { provider: 'anthropic' })], header('openai'))).toBe(
      true,
    );
  });

  it('has nothing against tasks that ask for the demo provider', () => {
    expect(isPremiumWork([task({ provider: 'demo' }), task()], header('openai'))).toBe(true);
  });
});

describe('runLlmKeys', () => {
  it('takes only what is plainly said', () => {
    expect(runLlmKeys({})).toEqual({ hasOwn: false, isPremium: false });
    expect(runLlmKeys({ llmKeys: { hasOwn: 'yes', isPremium: true } })).toEqual({
      hasOwn: false,
      isPremium: true,
    });
  });
});
