import { describe, expect, it } from 'vitest';
import { type AvailableKeys, chooseKey } from '../../../src/core/llm/choose-key.ts';
import { providerOfModel } from '../../../src/core/llm/provider-catalog.ts';

const none: AvailableKeys = { header: null, stored: [], server: [], mayUseServerKey: true };
const server = [{ provider: 'openai', baseUrl: 'http://proxy/v1' }];
const any = { provider: null, baseUrl: null };

describe('chooseKey', () => {
  it('takes the header, then a stored key, then the server', () => {
    const all = { ...none, header: 'groq', stored: ['openai'], server };
    expect(chooseKey(all, any)).toMatchObject({ source: 'header', provider: 'groq' });
    expect(chooseKey({ ...all, header: null }, any)).toMatchObject({ source: 'stored', provider: 'openai' });
    expect(chooseKey({ ...none, server }, any)).toMatchObject({
      source: 'server',
      baseUrl: 'http://proxy/v1',
    });
    expect(chooseKey(none, any)).toMatchObject({ source: 'none' });
  });

  it('takes only keys of the provider that is wanted', () => {
    const wanted = { provider: 'openai', baseUrl: null };
    const keys = { ...none, header: 'anthropic', stored: ['groq'], server };
    expect(chooseKey(keys, wanted)).toMatchObject({ source: 'server', provider: 'openai' });
    expect(chooseKey(keys, { provider: 'deepseek', baseUrl: null })).toMatchObject({ source: 'none' });
  });

  it("never gives the server's key to a premium run, or to an address of the task", () => {
    expect(chooseKey({ ...none, server, mayUseServerKey: false }, any)).toMatchObject({ source: 'none' });
    const own = { provider: null, baseUrl: 'https://example.com/v1' };
    expect(chooseKey({ ...none, server }, own)).toMatchObject({ source: 'none', isOwnUrl: true });
    expect(chooseKey({ ...none, server, header: 'openai' }, own)).toEqual({
      source: 'header',
      provider: 'openai',
      baseUrl: 'https://example.com/v1',
      isOwnUrl: true,
    });
  });

  it("sends a user's key to the operator's address for that provider, else to the vendor's", () => {
    expect(chooseKey({ ...none, header: 'openai', server }, any).baseUrl).toBe('http://proxy/v1');
    expect(chooseKey({ ...none, header: 'openai' }, any).baseUrl).toBe('https://api.openai.com/v1');
    expect(() => chooseKey({ ...none, header: 'custom' }, any)).toThrow(/give base_url/);
  });

  it('needs no key for the demo provider', () => {
    expect(chooseKey(none, { provider: 'demo', baseUrl: null })).toMatchObject({
      source: 'none',
      provider: 'demo',
    });
  });
});

it.each([
  ['gpt-4o-mini', 'openai', 'gpt-4o-mini'],
  ['o3-mini', 'openai', 'o3-mini'],
  ['openai/gpt-4o', 'openai', 'gpt-4o'],
  ['claude-sonnet-4', 'anthropic', 'claude-sonnet-4'],
  ['groq/llama-3', 'groq', 'llama-3'],
  ['meta/llama-3', null, 'meta/llama-3'],
  ['demo', 'demo', 'demo'],
])('the model %s is of %s', (model, provider, name) => {
  expect(providerOfModel(model)).toEqual({ provider, model: name });
});
