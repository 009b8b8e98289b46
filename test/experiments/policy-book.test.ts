/** Policies while the store is away: the old ones serve, and that is told once. */
import { expect, test, vi } from 'vitest';
import { PolicyBook } from '../../src/experiments/policy-book.ts';
import { memoryExperiments } from '../api/support/memory-experiments.ts';

test('an outage of the store is told once until it is over', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  try {
    let isAway = false;
    const rows = memoryExperiments();
    const warn = vi.fn();
    const book = new PolicyBook({
      store: { ...rows, policies: () => (isAway ? Promise.reject(new Error('away')) : rows.policies()) },
      now: Date.now,
      random: Math.random,
      logger: { warn },
    });
    let ms = 0;
    const askLater = async () => {
      ms += 2_000;
      clock.mockReturnValue(ms);
      expect((await book.entry('variant_a')).policy.name).toBe('variant_a');
      await new Promise((resolve) => setImmediate(resolve));
    };
    await askLater();
    for (const away of [true, true, true, false, true, true]) {
      isAway = away;
      await askLater();
    }
    expect(warn.mock.calls.map(([, message]) => message)).toEqual(
      Array.from({ length: 2 }, () => 'policies could not be read'),
    );
  } finally {
    clock.mockRestore();
  }
});
