import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { LlmKey, parseLlmKey } from '../../../src/core/llm/llm-key.ts';

describe('X-LLM-API-KEY', () => {
  it.each([
    ['openai:sk-abc', 'openai', 'sk-abc'],
    ['anthropic:sk-ant-abc', 'anthropic', 'sk-ant-abc'],
    ['Groq:gsk_abc', 'groq', 'gsk_abc'],
    ['openai: sk-abc', 'openai', 'sk-abc'],
    ['custom:a:b:c', 'custom', 'a:b:c'],
    ['sk-ant-api03-x', 'anthropic', 'sk-ant-api03-x'],
    ['sk-proj-x', 'openai', 'sk-proj-x'],
    ['  sk-x  ', 'openai', 'sk-x'],
  ])('%j is %s', (header, provider, key) => {
    const parsed = parseLlmKey(header);
    expect(parsed?.provider).toBe(provider);
    expect(parsed?.reveal()).toBe(key);
  });

  it.each([undefined, null, '', '   '])('%j is no key', (header) => {
    expect(parseLlmKey(header)).toBeNull();
  });

  it.each([
    'canary-bare-text',
    'sk-',
    'openai:',
    'openai:   ',
    ':sk-canary',
    'open ai:sk-canary',
    'sk-can ary',
    'sk-canary\u00e9',
    '1provider:canary',
    `sk-${'canary'.repeat(1_000)}`,
  ])('%j is refused without being repeated', (header) => {
    const parse = () => parseLlmKey(header);
    expect(parse).toThrow(AppError);
    expect(parse).toThrow(/X-LLM-API-KEY is malformed: .*Send provider:key/);
    expect(parse).not.toThrow(/canary/);
  });
});

it('prints without the key', () => {
  const key = new LlmKey('openai', 'sk-canary');
  const printed = `${key} ${JSON.stringify({ key })} ${inspect(key)} ${inspect({ nested: [key] })}`;
  expect(printed).not.toContain('canary');
  expect(printed).toContain('openai:[secret]');
});
