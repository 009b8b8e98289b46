import { expect, test } from 'vitest';
import { headline } from '../../src/activities/outcomes.ts';

test.each([
  ['It failed', 'It failed'],
  ['It failed\nwith a stack\nof lines', 'It failed'],
  ['Invalid inputs for x:\n- inputs.a: too long', 'Invalid inputs for x: inputs.a: too long'],
  [
    'Invalid inputs for x:\n- inputs.a: no\n- inputs.b: no\n- inputs.c: no',
    'Invalid inputs for x: inputs.a: no (and 2 more)',
  ],
  ['Nothing follows:', 'Nothing follows:'],
  ['a'.repeat(300), 'a'.repeat(200)],
])('%j is told as %j', (error, told) => expect(headline(error)).toBe(told));
