import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closestName } from '../../src/core/closest-name.ts';
import { misspeltFields } from '../../src/core/task-tree/misspelt-fields.ts';

describe('closestName', () => {
  const known = ['inputs', 'params', 'id', 'dependencies'];

  it.each([
    ['input', 'inputs'],
    ['Inputs', 'inputs'],
    ['dependancies', 'dependencies'],
    ['parms', 'params'],
    ['ie', null],
    ['x', null],
    ['something', null],
    ['', null],
    ['i'.repeat(10_000), null],
  ])('%s → %s', (name, meant) => {
    expect(closestName(name, known)).toBe(meant);
  });

  it('finds any name again after one change', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{4,20}$/),
        fc.nat(),
        fc.stringMatching(/^[a-z]$/),
        (name, at, letter) => {
          const place = at % name.length;
          expect(closestName(name.slice(0, place) + letter + name.slice(place), [name])).toBe(name);
          expect(closestName(name.slice(0, place) + name.slice(place + 1), [name])).toBe(name);
        },
      ),
    );
  });
});

describe('misspeltFields', () => {
  it('names each field once, and what was meant', () => {
    const task = { name: 'a', input: {}, dependancies: [], note: 'mine', policy: {} };
    expect(misspeltFields([task, task, null, 'text'])).toEqual([
      "Task at index 0: unknown field 'input' was ignored. Did you mean 'inputs'?",
      "Task at index 0: unknown field 'dependancies' was ignored. Did you mean 'dependencies'?",
    ]);
  });

  it('stays short', () => {
    const many = Object.fromEntries(Array.from('abcdefghij', (letter) => [`inputs${letter}`, 1]));
    expect(misspeltFields([many])).toHaveLength(5);
  });
});
