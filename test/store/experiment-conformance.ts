/** What every store must do with the rows of A/B experiments. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ExperimentEntry, Interaction, QuotaEvent } from '../../src/ports/experiment-store.ts';
import type { Store } from '../../src/ports/store.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;
const interaction = (fields: Partial<Interaction> = {}): Interaction => ({
  id: randomUUID(),
  atMs: NOW,
  sessionId: null,
  group: 'A',
  style: 'serious',
  policy: 'variant_a',
  ...fields,
});
const entry = (given: Interaction | null, event: QuotaEvent | null = null): ExperimentEntry => ({
  interaction: given,
  uses: [],
  event,
});
const feedback = (interactionId: string | null, score: number, fields = {}) => ({
  id: randomUUID(),
  interactionId,
  sessionId: null,
  score,
  notes: null,
  atMs: NOW,
  ...fields,
});
const event = (fields: Partial<QuotaEvent> = {}): QuotaEvent => ({
  atMs: Date.now(),
  client: 'c1',
  plan: 'FREE',
  outcome: 'ALLOWED',
  used: 1,
  cap: 3,
  ...fields,
});

export function experimentConformance(store: () => Store): void {
  describe('experiments', () => {
    test('600 interactions at once are counted until a reset', async () => {
      const { experiments } = store();
      const many = Array.from({ length: 600 }, (_, index) =>
        interaction(index % 3 === 0 ? { group: 'B', style: 'playful', policy: 'variant_b' } : {}),
      );
      await Promise.all(many.map((one) => experiments.record(entry(one))));
      expect(await experiments.counts()).toEqual([
        { group: 'A', style: 'serious', count: 400 },
        { group: 'B', style: 'playful', count: 200 },
      ]);
      await experiments.resetCounts(NOW + 1);
      expect(await experiments.counts()).toEqual([]);
      await experiments.record(entry(interaction({ atMs: NOW + 1 })));
      expect(await experiments.counts()).toEqual([{ group: 'A', style: 'serious', count: 1 }]);
    });

    test('feedback stands with its interaction; an unknown one writes nothing', async () => {
      const { experiments } = store();
      const old = interaction({ atMs: NOW - 40 * DAY_MS, style: 'playful' });
      const recent = interaction({ atMs: NOW - DAY_MS });
      for (const one of [old, recent]) await experiments.record(entry(one));
      const odd = { sessionId: 'a\u0000b \ud800', notes: '' };
      expect(await experiments.addFeedback(feedback(recent.id, 5, { ...odd, atMs: NOW + 5 }))).toBe(true);
      for (const score of [4, 2])
        expect(await experiments.addFeedback(feedback(recent.id, score))).toBe(true);
      expect(await experiments.addFeedback(feedback(old.id, 1))).toBe(true);
      expect(await experiments.addFeedback(feedback(null, 3, { atMs: NOW - DAY_MS }))).toBe(true);
      expect(await experiments.addFeedback(feedback(randomUUID(), 5))).toBe(false);
      const board = await experiments.leaderboard(NOW - 30 * DAY_MS);
      expect(board).toEqual([
        { group: 'A', style: 'serious', count: 3, total: 11, positive: 2, negative: 1 },
        { group: 'B', style: 'playful', count: 0, total: 0, positive: 0, negative: 0 },
      ]);
      expect([...(await experiments.histogram(null))].toSorted()).toEqual([
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 1],
        [5, 1],
      ]);
      expect((await experiments.histogram(NOW)).get(3)).toBeUndefined();
      const [newest, ...rest] = await experiments.recentFeedback(2);
      expect(newest).toMatchObject({ interactionId: recent.id, score: 5, ...odd, atMs: NOW + 5 });
      expect(rest).toHaveLength(1);
      expect((await experiments.rewards()).toSorted((a, b) => a.style.localeCompare(b.style))).toEqual([
        { policy: 'variant_a', style: 'playful', count: 1, total: 1 },
        { policy: 'variant_a', style: 'serious', count: 3, total: 11 },
      ]);
    });

    test('the last of a policy counts, with its order of styles', async () => {
      const { experiments } = store();
      expect(await experiments.policies()).toEqual([]);
      await experiments.putPolicy({ name: 'default', kind: 'fixed', weights: { serious: 1 } }, '2026-11-21');
      const policy = { name: 'default', kind: 'thompson', weights: { playful: 0.5, serious: 0.5 } } as const;
      await experiments.putPolicy(policy, '2026-11-22');
      const [kept] = await experiments.policies();
      expect(kept).toEqual(policy);
      expect(Object.keys(kept?.weights ?? {})).toEqual(['playful', 'serious']);
    });

    test('decisions about plans are summed, and gone after their time', async () => {
      const { experiments } = store();
      for (let used = 1; used <= 3; used++) await experiments.record(entry(null, event({ used })));
      await experiments.record(entry(null, event({ outcome: 'DENIED_CAP', used: 3 })));
      await experiments.record(entry(null, event({ client: 'c2', plan: 'PREMIUM' })));
      const { plans, clients, recent } = await experiments.quotaEvents(2);
      expect(plans).toEqual([
        ['FREE', 4],
        ['PREMIUM', 1],
      ]);
      expect(clients).toEqual([
        ['c1', 4],
        ['c2', 1],
      ]);
      expect(recent.map(({ client, outcome }) => [client, outcome])).toEqual([
        ['c1', 'DENIED_CAP'],
        ['c2', 'ALLOWED'],
      ]);
      await experiments.purge(Date.now() + 8 * DAY_MS);
      expect((await experiments.quotaEvents(20)).recent).toEqual([]);
    });

    test('answers are kept for their time, the newest of them', async () => {
      const { experiments } = store();
      const answer = (key: string, expiresMs: number) => ({
        key,
        fingerprint: 'f',
        answer: '{"a":1}',
        expiresMs,
      });
      for (let index = 0; index < 5; index++)
        await experiments.keepAnswer(answer(`k${index}`, NOW + 100 + index), 3, NOW);
      expect(await experiments.keptAnswer('k0', NOW)).toBeNull();
      expect(await experiments.keptAnswer('k4', NOW)).toEqual(answer('k4', NOW + 104));
      expect(await experiments.keptAnswer('k4', NOW + 104)).toBeNull();
    });
  });
}
