import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DeltaStream } from '../../src/activities/delta-stream.ts';

let published: string[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  published = [];
});
afterEach(() => vi.useRealTimers());

const stream = () => new DeltaStream((text) => published.push(text));

it('gathers what comes within 30 ms', () => {
  const deltas = stream();
  for (const word of ['one ', '', 'two ']) deltas.add(word);
  vi.advanceTimersByTime(29);
  expect(published).toEqual([]);
  vi.advanceTimersByTime(1);
  deltas.add('three');
  vi.advanceTimersByTime(30);
  expect(published).toEqual(['one two ', 'three']);
});

it('shows the rest at a good end, drops it at a bad one, and takes nothing after', () => {
  for (const isKept of [true, false]) {
    const deltas = stream();
    deltas.add(`kept ${isKept}`);
    deltas.close(isKept);
    deltas.add('late');
  }
  vi.runAllTimers();
  expect(published).toEqual(['kept true']);
});

it('cuts long pieces, but no character in two', () => {
  const deltas = stream();
  const text = `${'a'.repeat(1_499)}🌳${'b'.repeat(3_000)}`;
  deltas.add(text);
  deltas.close(true);
  expect(published.join('')).toBe(text);
  expect(Math.max(...published.map(({ length }) => length))).toBe(1_500);
  expect(published.every((piece) => piece.isWellFormed())).toBe(true);
});
