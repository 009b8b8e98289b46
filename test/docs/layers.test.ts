/** Every folder of src/ has import rules, or is named here as one that puts the others together. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const FREE = ['composition'];

it('every folder of src/ has its line in the import rules', () => {
  const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
    forbidden: { name: string }[];
  };
  const ruled = new Set(forbidden.map(({ name }) => name.replace(/-imports$/, '')));
  const folders = readdirSync(new URL('../../src/', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(folders.filter((name) => !ruled.has(name) && !FREE.includes(name))).toEqual([]);
  expect(folders.length).toBeGreaterThan(15);
});
