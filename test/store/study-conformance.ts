/** What every store must do with studies. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/core/ids.ts';
import type { FinishedStudy } from '../../src/core/study/finished-study.ts';
import type { StudyTurn } from '../../src/core/study/study-turn.ts';
import type { Store } from '../../src/ports/store.ts';

export function sampleTurn(turn: number, fields: Partial<StudyTurn> = {}): StudyTurn {
  return {
    turn,
    round: Math.ceil(turn / 2),
    persona_id: turn % 2,
    name: `Persona ${turn % 2}`,
    text: `Turn ${turn}: “naïve” \n 🙂`,
    demo: false,
    redacted: false,
    ...fields,
  };
}

export function sampleStudy(fields: Partial<FinishedStudy> = {}): FinishedStudy {
  return {
    studyId: randomUUID(),
    userId: `user-${randomUUID()}`,
    topic: { feature: 'Dark mode', context: null, persona_ids: [1, 2], turns: 2, model: 'm', provider: null },
    demoReason: null,
    status: 'completed',
    exit: null,
    outputExit: null,
    personas: [
      {
        id: 1,
        name: 'Ana',
        occupation: 'Nurse',
        location: 'Quito',
        tech_proficiency: 'Low',
        behavioral_traits: ['calm'],
      },
    ],
    conversation: [sampleTurn(1), sampleTurn(2, { demo: true }), sampleTurn(3, { redacted: true })],
    report: {
      summary: 'They like it.',
      themes: [],
      sentiment: [],
      insights: [],
      quotes: [{ persona_id: 1, turn: 1, text: 'Turn 1' }],
    },
    ...fields,
  };
}

export function studyConformance(store: () => Store): void {
  describe('studies', () => {
    test('are kept whole, and a repeat leaves the same behind', async () => {
      const study = sampleStudy();
      await store().studies.save(study);
      const first = await store().studies.get(study.studyId);
      await Promise.all([store().studies.save(study), store().studies.save(study)]);
      const record = await store().studies.get(study.studyId);
      const { conversation, report, ...kept } = study;
      expect(record).toMatchObject({ ...kept, demoTurns: 1, createdAt: first?.createdAt });
      expect(record?.completedAt).toMatch(/^20\d\d-/);
      expect(await store().studies.content(study.studyId)).toEqual({ conversation, report });
    });

    test('that ran again hold the last run only', async () => {
      const study = sampleStudy();
      await store().studies.save(study);
      const exit = { reason: 'sensitive_pii', severity: 'high', message: 'no', details: { a: 1 } } as const;
      await store().studies.save({ ...study, status: 'blocked', exit, conversation: [], report: null });
      expect(await store().studies.get(study.studyId)).toMatchObject({
        status: 'blocked',
        exit,
        demoTurns: 0,
      });
      expect(await store().studies.content(study.studyId)).toEqual({ conversation: [], report: null });
    });

    test('of somebody else are not written over', async () => {
      const study = sampleStudy();
      await store().studies.save(study);
      const other = { ...study, userId: 'user-thief', conversation: [] };
      await expect(store().studies.save(other)).rejects.toMatchObject({ code: 'conflict' });
      expect((await store().studies.content(study.studyId)).conversation).toHaveLength(3);
    });

    test('are listed newest first, page by page, the own ones only', async () => {
      const userId = `user-${randomUUID()}`;
      const made = Array.from({ length: 5 }, () => sampleStudy({ userId, studyId: uuidV7() }));
      for (const study of made) await store().studies.save(study);
      await store().studies.save(sampleStudy());
      const ids = made.map(({ studyId }) => studyId).reverse();
      const page = await store().studies.list({ userId, limit: 3 });
      const last = page.at(-1);
      if (last === undefined) throw new Error('no page');
      const rest = await store().studies.list({ userId, limit: 10, after: last });
      expect([...page, ...rest].map(({ studyId }) => studyId)).toEqual(ids);
      expect((await store().studies.list({ limit: 100 })).length).toBeGreaterThan(5);
    });

    test('that are deleted leave nothing behind', async () => {
      const study = sampleStudy();
      const [one, two] = [sampleStudy(), sampleStudy()];
      for (const each of [study, one, two]) await store().studies.save(each);
      expect(await store().studies.delete(study.studyId)).toBe(true);
      expect(await store().studies.delete(study.studyId)).toBe(false);
      expect(await store().studies.removeOf([one.userId, two.userId, 'nobody'])).toBe(2);
      for (const { studyId } of [study, one, two]) {
        expect(await store().studies.get(studyId)).toBeNull();
        expect(await store().studies.content(studyId)).toEqual({ conversation: [], report: null });
      }
    });
  });
}
