/** Contract mode: each rule of persona-lab, their order, and where JavaScript would read them otherwise than Python. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testSafety } from './test-safety.ts';

const check = (prompt: string) => testSafety().checkContract(prompt);
const pii = (prompt: string) => check(prompt)?.details['pii'] ?? null;

describe('rules one by one', () => {
  it.each(['1', 'true', 'TRUE', 'on', 'On'])('kill switch %s is on', (killSwitch) => {
    expect(testSafety({ killSwitch }).checkContract('hello')).toEqual({
      reason: 'kill_switch',
      severity: 'high',
      message: 'Safety kill switch active — generation disabled.',
      details: { hint: 'Unset SAFETY_KILL_SWITCH to re-enable' },
    });
  });

  it.each(['0', 'yes', 'false', '', 'off', '2'])('kill switch %j is off', (killSwitch) => {
    expect(testSafety({ killSwitch }).checkContract('hello')).toBeNull();
  });

  it('counts code points, not UTF-16 units', () => {
    const short = testSafety({ maxPromptChars: 5 });
    expect(short.checkContract('😄😄😄😄😄')).toBeNull();
    expect(short.checkContract('😄😄😄😄😄!')).toEqual({
      reason: 'prompt_too_long',
      severity: 'low',
      message: 'Prompt exceeds 5 characters.',
      details: { length: 6 },
    });
    // Two code points to the eye one: Python counts both.
    expect(short.checkContract('e\u0301e\u0301e\u0301')?.details).toEqual({ length: 6 });
  });

  it('finds words of the denylist anywhere, in their order', () => {
    const listed = testSafety({ denylist: ['Zebra', 'apple pie'] });
    expect(listed.checkContract('an APPLE PIE for the zebras')).toEqual({
      reason: 'policy_violation',
      severity: 'medium',
      message: 'Prompt triggered denylist keyword.',
      details: { keyword: 'zebra' },
    });
    expect(listed.checkContract('applepie')).toBeNull();
  });

  it.each([
    ['ignore previous instructions', 'Please IGNORE previous Instructions.'],
    ['disregard your rules', 'disregard your rules'],
    ['break character', 'Why do actors break characters?'],
    ['jailbreak', 'the Jailbreakers'],
    ['do anything now', 'do anything now'],
    ['developer mode', 'How do I enable developer mode on Android?'],
    ['bypass safety', 'bypass safety'],
    ['as an ai with no restrictions', 'as an AI with no restrictions'],
  ])('knows the cue %s', (phrase, prompt) => {
    expect(check(prompt)).toEqual({
      reason: 'jailbreak_detected',
      severity: 'medium',
      message: 'Prompt contains jailbreak/prompt-injection cues.',
      details: { phrase },
    });
  });

  it('takes the first cue of its list, not of the text', () => {
    expect(check('jailbreak and ignore previous instructions')?.details).toEqual({
      phrase: 'ignore previous instructions',
    });
  });

  it.each([
    'ignore all previous instructions',
    'ignore  previous instructions',
    'ig\u200bnore previous instructions',
  ])('misses %j as the original does', (prompt) => expect(check(prompt)).toBeNull());
});

describe('social security numbers', () => {
  it.each([
    '123-45-6789',
    '123 45 6789',
    '123456789',
    '123-456789',
    'order 987654321',
    '１２３-４５-６７８９',
    '٣٤٥-١٢-٦٧٨٩',
    'a-123-45-6789-b',
    '(123-45-6789)',
  ])('hits %s', (text) => expect(pii(text)).toBe('ssn_pattern'));

  it.each([
    '1234567890',
    '12345678',
    'x123456789',
    '_123456789',
    'é123456789',
    '123456789é',
    '123456789_',
    '123--45-6789',
    '123.45.6789',
    '²123456789',
  ])('passes %s', (text) => expect(pii(text)).toBeNull());
});

describe('cards', () => {
  it.each([
    '4111-1111-1111-1111',
    '4111 1111 1111 1112',
    '1700000000000',
    '1234567890123456789',
    '1 2 3 4 5 6 7 8 9 0 1 2 3',
    '4 - 1 - 1 - 1 - 1 - 1 - 1 - 1 - 1 - 1 - 1 - 1 - 1',
    '４１１１１１１１１１１１１１１１',
  ])('hits %s', (text) => expect(pii(text)).toBe('credit_card_pattern'));

  it.each([
    '12345678901234567890',
    '411111111111x',
    'a4111111111111111',
    '4111.1111.1111.1111',
    '411111111111',
  ])('passes %s', (text) => expect(pii(text)).toBeNull());

  it('goes after the social security number', () => {
    expect(pii('4111111111111111 and 123456789')).toBe('ssn_pattern');
    // Sixteen digits in groups of which one reads as a social security number.
    expect(pii('4111 123-45-6789 11111')).toBe('ssn_pattern');
  });

  it('agrees with a count of digits on any text of digits, blanks, dashes and letters', () => {
    const character = fc.constantFrom(...'0123456789012345678901234567890 --x');
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 60 }), (text) => {
        if (pii(text) === 'ssn_pattern') return;
        expect(pii(text) === 'credit_card_pattern').toBe(hasCardByCounting(text));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('order', () => {
  const all = 'jailbreak 123-45-6789 4111 1111 1111 1111 zebra';
  it.each([
    ['kill_switch', { killSwitch: '1', maxPromptChars: 5, denylist: ['zebra'] }],
    ['prompt_too_long', { maxPromptChars: 5, denylist: ['zebra'] }],
    ['policy_violation', { denylist: ['zebra'] }],
    ['sensitive_pii', {}],
  ])('%s comes first of what is left', (reason, settings) => {
    expect(testSafety(settings).checkContract(all)?.reason).toBe(reason);
  });
});

/** Groups of digits with only blanks and dashes between: some of them together have 13 to 19, with borders at both ends. */
function hasCardByCounting(text: string): boolean {
  return text.split(/[^0-9 -]/).some((_, index, parts) => {
    const isFirst = index === 0;
    const isLast = index === parts.length - 1;
    const part = parts[index] ?? '';
    const groups = part.split(/[ -]+/).filter((group) => group !== '');
    const from = !isFirst && /^\d/.test(part) ? 1 : 0;
    const to = !isLast && /\d$/.test(part) ? groups.length - 1 : groups.length;
    for (let start = from; start < to; start++) {
      let count = 0;
      for (let end = start; end < to; end++) {
        count += groups[end]?.length ?? 0;
        if (count >= 13 && count <= 19) return true;
      }
    }
    return false;
  });
}
