/** What comes back from a call must not hold what it was given. */
import { expect, it } from 'vitest';
import { Redactor } from '../../../src/core/secrets/redactor.ts';

it('takes secrets out of texts, values and names of members, in their usual disguises', () => {
  const redactor = new Redactor([
    'pass word/1',
    'Bearer token-123',
    'session=cookie-value; theme=dark-blue',
    42424242,
  ]);
  expect(redactor.text('got pass word/1, pass%20word%2F1 and token-123')).toBe(
    'got [secret], [secret] and [secret]',
  );
  expect(
    redactor.json({ 'x token-123': ['Bearer token-123', { c: 'cookie-value' }], n: 42424242, m: 1 }),
  ).toEqual({
    'x [secret]': ['[secret]', { c: '[secret]' }],
    n: '[secret]',
    m: 1,
  });
});

it('finds the leaves of secret objects', () => {
  expect(
    new Redactor([{ a: ['deep-secret'], b: null, c: true }]).json({ t: 'a deep-secret', c: true }),
  ).toEqual({
    t: 'a [secret]',
    c: true,
  });
});

it('leaves alone what is too short to be told from chance', () => {
  const result = { status: 'admin', n: 1 };
  expect(new Redactor(['admin', 1]).json(result)).toBe(result);
});
