/** Estimates are held against counts of a real tokenizer (o200k), which they must not fall below by much. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateInputTokens, estimateTokens } from '../../../src/core/llm/estimate-tokens.ts';

it.each([
  ['', 0],
  ['Hello world', 2],
  ['The quick brown fox jumps over the lazy dog.', 10],
  ['function add(left, right) { return left + right; }', 13],
  ['{"name":"tree","size":12345,"tags":["a","b"]}', 17],
  ['Ein Baum steht im Wald und hat grüne Blätter.', 12],
  ['\u4eca\u65e5\u306f\u3044\u3044\u5929\u6c17\u3067\u3059\u306d', 6],
])('%j has about %d tokens', (text, counted) => {
  const estimated = estimateTokens(text);
  expect(estimated).toBeGreaterThanOrEqual(counted);
  expect(estimated).toBeLessThanOrEqual(Math.max(counted * 3.5, counted + 3));
});

it('grows with the text, and never passes its bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, more) => {
      const tokens = estimateTokens(text);
      expect(tokens).toBeLessThanOrEqual(Buffer.byteLength(text));
      expect(estimateTokens(`${text} ${more}`)).toBeGreaterThanOrEqual(tokens);
    }),
  );
});

it('counts messages, images, tools and the wanted form', () => {
  const messages = [{ role: 'user' as const, content: 'hi' }];
  const plain = estimateInputTokens({ messages });
  const image = [{ role: 'user' as const, content: [{ type: 'image_url', image_url: { url: 'data:…' } }] }];
  expect(estimateInputTokens({ messages: image })).toBeGreaterThan(plain + 1_000);
  const tools = [{ name: 'x', description: 'does things', parameters: { type: 'object' } }];
  expect(estimateInputTokens({ messages, tools })).toBeGreaterThan(plain + 10);
  const format = { type: 'schema', name: 'x', schema: { type: 'object' } } as const;
  expect(estimateInputTokens({ messages, format })).toBeGreaterThan(plain);
});
