/** A reply on its way out: what may be seen is seen soon, what may not is never seen in half. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutputBlocked, OutputGuard } from '../../src/conversations/output-guard.ts';
import type { Exit } from '../../src/core/safety/exit.ts';
import type { SafetyReport } from '../../src/core/safety/safety-check.ts';

const exit: Exit = { reason: 'sensitive_pii', severity: 'high', message: 'No', details: {} };
/** Cards, and a phrase that no cautious waiting can foresee. */
const safety = {
  check: ({ text }: { text: string }): SafetyReport => ({
    exit: /\d{4} \d{4} \d{4} \d{4}|the forbidden phrase/.test(text) ? exit : null,
    findings: [],
    elapsed_ms: 0,
  }),
};

function run(pieces: readonly string[]): { seen: string[]; whole: string | null; blocked: Exit | null } {
  const seen: string[] = [];
  const guard = new OutputGuard(safety, (text) => seen.push(text));
  try {
    for (const piece of pieces) guard.add(piece);
    const whole = guard.end();
    expect(guard.released).toBe(whole);
    return { seen, whole, blocked: null };
  } catch (error) {
    if (!(error instanceof OutputBlocked)) throw error;
    return { seen, whole: null, blocked: error.exit };
  }
}

function cut(text: string, places: readonly number[]): string[] {
  const at = [
    0,
    ...places.map((place) => place % (text.length + 1)).sort((left, right) => left - right),
    text.length,
  ];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}
const places = fc.array(fc.nat(10_000), { maxLength: 60 });
const harmless = fc.string({
  unit: fc.constantFrom('a', 'ü', ' ', '\n', '🎈', '.', '7', '漢'),
  maxLength: 300,
});

describe('the guard', () => {
  test('lets everything harmless out, in order, however it comes', () => {
    fc.assert(
      fc.property(harmless, places, (text, at) => {
        const { seen, whole, blocked } = run(cut(text, at));
        expect([seen.join(''), whole, blocked]).toEqual([text, text, null]);
        for (const piece of seen) expect(piece.isWellFormed()).toBe(true);
      }),
    );
  });

  test('never shows a digit of a card, however it comes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', 'b'), maxLength: 200 }),
        fc.string({ unit: fc.constantFrom('c', ' '), maxLength: 200 }),
        places,
        (before, after, at) => {
          const { seen, blocked } = run(cut(`${before} 4111 1111 1111 1111 ${after}`, at));
          expect(blocked).toEqual(exit);
          expect(seen.join('')).not.toMatch(/\d/);
        },
      ),
    );
  });

  test('prose is a word behind at most', () => {
    const seen: string[] = [];
    const guard = new OutputGuard(safety, (text) => seen.push(text));
    for (const word of 'The quick brown fox jumps over the lazy dog again'.split(/(?= )/)) guard.add(word);
    expect(seen.join('').length).toBeGreaterThan(30);
    expect(seen[0]?.length).toBeLessThan(20);
  });

  test('what is found late takes all of it back', () => {
    const { blocked } = run(['Some words. ', 'And then: the forb', 'idden phr', 'ase and more']);
    expect(blocked).toEqual(exit);
  });
});
