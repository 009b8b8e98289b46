/** Pieces that come twice, late, or not at all: what is sent is the text, once and in order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamedText } from '../../../src/api/conversations/streamed-text.ts';

test('whatever is lost or overlaps, each character is sent once and in order', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60 }),
      fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 20 }), fc.boolean()), { maxLength: 40 }),
      (text, steps) => {
        let sent = '';
        const streamed = new StreamedText((piece) => {
          expect(piece.offset).toBe(sent.length);
          sent += piece.text;
        });
        for (const [at, length, isRead] of steps) {
          if (isRead) streamed.read(text.slice(0, at));
          else streamed.hear(1, { offset: at, text: text.slice(at, at + length) });
          expect(text.startsWith(sent)).toBe(true);
        }
        streamed.read(text);
        expect(sent).toBe(text);
        expect(streamed.text).toBe(text);
      },
    ),
  );
});

test('an earlier attempt is out of date', () => {
  const sent: string[] = [];
  const streamed = new StreamedText((piece) => sent.push(`${piece.offset}:${piece.text}`));
  streamed.hear(1, { offset: 0, text: 'old' });
  streamed.hear(2, { offset: 0, text: 'new' });
  streamed.hear(1, { offset: 3, text: ' old' });
  expect(sent).toEqual(['0:old', '0:new']);
});
