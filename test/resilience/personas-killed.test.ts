/** A short round of what `npm run test:chaos` does 500 times: kill -9 while personas change. */
import { expect, test } from 'vitest';
import { killPersonas } from '../chaos/kill-personas.ts';

test('files of personas are valid and have what was answered, whenever the process is killed', async () => {
  const result = await killPersonas(40);
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({ kills: 40, tablesLost: 1, mostBehind: 0 });
  expect(result.answers).toBeGreaterThan(40);
}, 600_000);
