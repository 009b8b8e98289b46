/** CSV that every reader takes, and no spreadsheet runs. */
import { expect, test } from 'vitest';
import { csvLine } from '../../src/core/csv.ts';
import { usdText } from '../../src/core/usage.ts';

test('quotes what needs it, leaves null empty', () => {
  expect(csvLine(['a', 1, true, null, 'b,c', 'say "x"', 'two\nlines'])).toBe(
    'a,1,true,,"b,c","say ""x""","two\nlines"\r\n',
  );
});

test.each(['=1+1', '+1', '-1', '@x', '\tx'])('%j is no formula', (text) => {
  expect(csvLine([text])).toBe(`'${text}\r\n`);
});

test('numbers below zero stay numbers', () => {
  expect(csvLine([-5])).toBe('-5\r\n');
});

test.each([
  [0, '0.00'],
  [150, '0.00000015'],
  [1_500_000_000, '1.50'],
  [12_000_000_000, '12.00'],
  [9_007_199_254_740_991, '9007199.254740991'],
])('%i nano-dollars are %s', (nano, text) => {
  expect(usdText(nano)).toBe(text);
});
