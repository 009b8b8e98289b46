/** The texts of the styles, to the character. */
import { describe, expect, it } from 'vitest';
import { pythonIso, pythonStrip } from '../../../src/core/experiments/python-text.ts';
import { styleText } from '../../../src/core/experiments/style-text.ts';

describe('styles', () => {
  it('seriously: the prompt as it came, then trimmed', () => {
    expect(styleText('serious', '  What is up?  ', 'T', 0)).toBe(
      '[SERIOUS] T ::   What is up?  \nSummary: What is up?.',
    );
    expect(styleText('serious', '', 'T', 0)).toBe('[SERIOUS] T :: \nSummary: .');
  });
  it('playfully: one emoji, twice', () => {
    expect(styleText('playful', 'hi', 'T', 0.5)).toBe(
      '[PLAYFUL] T 🚀\nhi\nHot take: That’s fun — let’s riff! 🚀',
    );
    expect(styleText('playful', 'hi', 'T', 0.999_999)).toContain('🥳');
  });
  it('trims what Python trims, and a byte order mark is no space', () => {
    expect(pythonStrip('\u001c\u0085\u00a0\u2003 a b \u3000\t')).toBe('a b');
    expect(pythonStrip('\ufeffa\ufeff')).toBe('\ufeffa\ufeff');
    const startedMs = performance.now();
    expect(pythonStrip(`a${' '.repeat(200_000)}b`)).toHaveLength(200_002);
    expect(performance.now() - startedMs).toBeLessThan(200);
  });
  it('stamps times to the microsecond, and leaves out a fraction of zero', () => {
    expect(pythonIso(Date.UTC(2026, 10, 21) + 0.123)).toBe('2026-11-21T00:00:00.000123+00:00');
    expect(pythonIso(Date.UTC(2026, 10, 21))).toBe('2026-11-21T00:00:00+00:00');
  });
});
