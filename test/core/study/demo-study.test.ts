/** What personas say by rules, and the report made of it by rules. */
import { describe, expect, it } from 'vitest';
import { ASPECTS } from '../../../src/core/study/aspects.ts';
import { demoReport } from '../../../src/core/study/demo-report.ts';
import { demoTurn } from '../../../src/core/study/demo-turn.ts';
import { feedbackReportSchema } from '../../../src/core/study/feedback-report.ts';
import { numberTurns } from '../../../src/core/study/number-turns.ts';
import type { GivenTurn } from '../../../src/core/study/study-turn.ts';
import { sentimentOf } from '../../../src/core/study/text-sentiment.ts';
import { SAMPLE_PERSONAS } from './sample-personas.ts';

const FEATURES = [
  'A smart assistant that sums up unread email every morning and suggests replies.',
  'Dark mode',
  'Pay with one click, the card is kept on our servers',
  'Was ist mit Übersetzungen? 翻訳',
  'x',
];

function talk(feature: string, rounds: number): GivenTurn[] {
  const said: GivenTurn[] = [];
  for (let round = 1; round <= rounds; round++) {
    const before = [...said];
    for (const persona of SAMPLE_PERSONAS) {
      const text = demoTurn({ feature, context: null, persona, round, rounds, conversation: before });
      said.push({ persona_id: persona.id, name: persona.name, round, text });
    }
  }
  return said;
}

describe('turns by rules', () => {
  it.each(FEATURES)('are the same each time, and differ by persona and round: %s', (feature) => {
    const said = talk(feature, 4);
    expect(talk(feature, 4)).toEqual(said);
    const texts = said.map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    for (const text of texts) {
      expect(text.length).toBeGreaterThan(30);
      expect(text.length).toBeLessThan(700);
      expect(text).not.toMatch(/undefined|null|\$\{/);
    }
  });

  it('react to others by name from the second round on', () => {
    const said = talk(FEATURES[0] ?? '', 3);
    const names = SAMPLE_PERSONAS.map(({ name }) => name.split(' ')[0] ?? '');
    for (const { text, round, name } of said) {
      const others = names.filter((other) => !name.startsWith(other));
      expect(others.some((other) => text.includes(other))).toBe((round ?? 1) > 1);
    }
  });

  it('follow the temperament: who is open likes more than who is not', () => {
    const score = (id: number) => {
      const texts = FEATURES.flatMap((feature) => talk(feature, 3))
        .filter((turn) => turn.persona_id === id)
        .map(({ text }) => sentimentOf(text));
      return (
        texts.filter((one) => one === 'positive').length - texts.filter((one) => one === 'negative').length
      );
    };
    expect(score(2)).toBeGreaterThan(score(3));
  });
});

describe('the words of aspects', () => {
  it.each(ASPECTS.map((aspect) => [aspect.id, aspect] as const))(
    '%s is found in what it says',
    (_id, aspect) => {
      for (const sentence of [...aspect.likes, ...aspect.worries]) expect(sentence).toMatch(aspect.words);
      for (const like of aspect.likes) expect([like, sentimentOf(like)]).not.toContain('negative');
      for (const worry of aspect.worries) expect([worry, sentimentOf(worry)]).toEqual([worry, 'negative']);
    },
  );
});

describe('reports by rules', () => {
  it.each(FEATURES)('quote only what was said: %s', (feature) => {
    const turns = numberTurns(talk(feature, 3));
    const report = demoReport(feature, turns);
    expect(feedbackReportSchema.parse(report)).toEqual(report);
    expect(report.sentiment.map(({ persona_id }) => persona_id)).toEqual([1, 2, 3, 4]);
    expect(report.insights.length).toBeGreaterThan(0);
    expect(report.summary).toContain('without a model');
    for (const quote of report.quotes) {
      const turn = turns[quote.turn - 1];
      expect(turn?.persona_id).toBe(quote.persona_id);
      expect(turn?.text).toContain(quote.text);
    }
  });

  it('make something of a conversation that says nothing they know', () => {
    const turns = numberTurns([{ persona_id: 9, name: 'Q', text: 'Hmm' }]);
    const report = demoReport('Teleportation', turns);
    expect(report.themes).toEqual([]);
    expect(report.insights).toHaveLength(1);
    expect(report.sentiment).toEqual([
      { persona_id: 9, name: 'Q', sentiment: 'neutral', reason: expect.any(String) },
    ]);
  });
});
