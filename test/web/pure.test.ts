/** What the web app works out by itself, without a page or a server. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Persona } from '../../src/core/persona/persona.ts';
import { liveText, withDelta } from '../../web/src/data/live-text.ts';
import { timelineOf } from '../../web/src/pages/experiments/timeline-of.ts';
import { matchesPersona } from '../../web/src/pages/personas/matches-persona.ts';
import { personasSearch } from '../../web/src/pages/personas/personas-search.ts';
import { markSpans } from '../../web/src/pages/safety/mark-spans.ts';
import { roundsOf } from '../../web/src/pages/studies/rounds-of.ts';

describe('marks in a text', () => {
  it('cut it where findings begin and end', () => {
    const card = { start: 3, end: 7 };
    const injection = { start: 0, end: 5 };
    expect(markSpans('abcdefghij', [card, injection])).toEqual([
      { start: 0, text: 'abc', found: [injection] },
      { start: 3, text: 'de', found: [injection, card] },
      { start: 5, text: 'fg', found: [card] },
      { start: 7, text: 'hij', found: [] },
    ]);
    expect(markSpans('plain', [])).toEqual([{ start: 0, text: 'plain', found: [] }]);
    expect(markSpans('', [])).toEqual([]);
  });

  it('lose no character, whatever the spans are', () => {
    const span = fc.record({
      start: fc.integer({ min: -5, max: 60 }),
      end: fc.integer({ min: -5, max: 60 }),
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 50 }), fc.array(span, { maxLength: 8 }), (text, spans) => {
        const pieces = markSpans(text, spans);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        for (const { start, text: piece, found } of pieces)
          for (const one of found) expect(one.start <= start && one.end >= start + piece.length).toBe(true);
      }),
    );
  });
});

describe('a reply as it is written', () => {
  it('is the stored beginning and the pieces that came since', () => {
    const piece = withDelta(withDelta(undefined, 6, 'wor'), 9, 'ld');
    expect(liveText('Hello ', piece)).toBe('Hello world');
    expect(liveText('Hello wo', piece)).toBe('Hello world');
    expect(liveText('Hello world!', piece)).toBe('Hello world!');
  });

  it('waits for what is missing instead of showing a gap', () => {
    const piece = withDelta(withDelta(undefined, 0, 'Hello'), 20, 'later');
    expect(liveText('Hello, I ', piece)).toBe('Hello, I ');
    expect(liveText('Hello, I was there: ', piece)).toBe('Hello, I was there: later');
  });

  it('takes a piece that comes twice once', () => {
    const once = withDelta(undefined, 0, 'Hello');
    expect(withDelta(once, 0, 'Hello')).toEqual(once);
    expect(withDelta(once, 3, 'lo you')).toEqual({ start: 0, text: 'Hello you' });
  });
});

it('ratings stand in the order they came, with the average of the last ten', () => {
  const recent = [5, 1, 3].map((score, index) => ({
    score,
    ts: 30 - index * 10,
  }));
  expect(timelineOf(recent)).toEqual([
    [1, 2, 3],
    [3, 1, 5],
    [3, 2, 3],
  ]);
});

it('finds personas by every word, in any field', () => {
  const persona: Persona = {
    id: 1,
    name: 'Zoë Müller',
    occupation: 'Bakery owner',
    location: 'Graz',
    tech_proficiency: 'Low',
    behavioral_traits: ['asks her son'],
    owner: null,
    is_shipped: true,
    created_at: '',
    updated_at: '',
    version: 1,
  };
  expect(matchesPersona(persona, '')).toBe(true);
  expect(matchesPersona(persona, 'müller GRAZ')).toBe(true);
  expect(matchesPersona(persona, 'son bakery low')).toBe(true);
  expect(matchesPersona(persona, 'bakery Linz')).toBe(false);
  expect(matchesPersona(persona, '', 'own')).toBe(false);
});

it('the address of the personas page is read with care', () => {
  expect(personasSearch({ q: 7, show: 'all', edit: 'old', copy: 'yes' })).toEqual({ q: '7' });
  expect(personasSearch({ show: 'own', edit: 3, copy: true })).toEqual({ show: 'own', edit: 3, copy: true });
});

it('who has said a turn is not speaking any more', () => {
  const turn = { turn: 1, round: 1, persona_id: 1, name: 'A', text: 'x', demo: false, redacted: false };
  const speaking = [
    { round: 1, personaId: 1, text: 'x' },
    { round: 1, personaId: 2, text: '' },
    { round: 2, personaId: 1, text: '' },
  ];
  expect(roundsOf([turn], speaking)).toEqual([
    { round: 1, turns: [turn], speaking: [speaking[1]] },
    { round: 2, turns: [], speaking: [speaking[2]] },
  ]);
});
