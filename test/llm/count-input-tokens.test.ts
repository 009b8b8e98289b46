/** Counts against the dictionary, estimates against counts, and texts that are made to take long. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { estimateInputTokens, estimateTokens } from '../../src/core/llm/estimate-tokens.ts';
import { inputTexts } from '../../src/core/llm/input-texts.ts';
import { countInputTokens, encodingOf } from '../../src/llm/count-input-tokens.ts';
import { TokenCounter } from '../../src/llm/token-counter.ts';
import { TEXTS } from './data/texts.ts';

const ask = (content: string) => ({ messages: [{ role: 'user' as const, content }] });
const counted = (text: string) => countInputTokens('gpt-4o', ask(text));
const { otherTokens } = inputTexts(ask(''));

describe('the count', () => {
  it.each(Object.entries(TEXTS))('%s: as the dictionary has it', async (_kind, text) => {
    const tokens = (await counted(text)) - otherTokens;
    const exact = countTokens(text);
    expect(tokens).toBeGreaterThanOrEqual(exact);
    // Runs without a blank are cut every 128 characters.
    expect(tokens).toBeLessThanOrEqual(exact + Math.ceil(text.length / 128));
  });

  it('takes names of control tokens for text', async () => {
    expect(await counted('a <|endoftext|> b')).toBeGreaterThan(otherTokens + 3);
  });

  it.each([
    ['one letter', 'a'],
    ['blanks', ' '],
    ['one sign', '今'],
    ['a sentence without blanks', '今日は天気がいいですね'],
    ['changing case', 'aB'],
    ['dashes', '-'],
  ])('is bounded for a long run of %s, and so is the estimate', async (_what, piece) => {
    const text = piece.repeat(200_000 / piece.length);
    let startedAt = performance.now();
    const tokens = await counted(text);
    expect(performance.now() - startedAt).toBeLessThan(3_500);
    startedAt = performance.now();
    expect(estimateTokens(text)).toBeGreaterThan(0);
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(tokens).toBeGreaterThan(otherTokens + 100);
  });

  it('is an estimate for other vendors and for texts nobody would wait for', async () => {
    const text = 'word '.repeat(500_000);
    expect(await counted(text)).toBe(estimateInputTokens(ask(text)));
    expect(await countInputTokens('llama3.2', ask(text))).toBe(estimateInputTokens(ask(text)));
    const ratio = (await countInputTokens('claude-sonnet-5-5', ask(text))) / estimateInputTokens(ask(text));
    expect(ratio).toBeCloseTo(1.3, 3);
  });

  it('many at once have their own answers', async () => {
    const counter = new TokenCounter();
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((times) => counter.count('cl100k_base', Array(times).fill(' word'))),
    );
    expect(answers).toEqual([1, 2, 3, 4, 5]);
  });
});

it.each([
  ['gpt-4o-mini', 'o200k_base'],
  ['openai/gpt-5.2', 'o200k_base'],
  ['o3-mini', 'o200k_base'],
  ['gpt-4-turbo', 'cl100k_base'],
  ['gpt-3.5-turbo', 'cl100k_base'],
  ['gpt-4.1', 'o200k_base'],
  ['claude-opus-4-5', null],
  ['llama3.2', null],
  ['olmo', null],
])('%s has the dictionary %s', (model, encoding) => expect(encodingOf(model)).toBe(encoding));

/** Ratio of estimate and count, the worst of each side; the table is in docs/models.md. */
describe('the estimate', () => {
  const ODD = new Set(['A line of dashes']);
  it.each(Object.entries(TEXTS))('%s: from nine tenths of the count to four times as much', (kind, text) => {
    const ratio = estimateTokens(text) / countTokens(text);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(ODD.has(kind) ? 8 : 4);
  });
});
