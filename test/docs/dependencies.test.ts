/** docs/dependencies.md has a line for every runtime dependency and for no other, and there are not too many. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const page = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8');

it('names every runtime dependency once', () => {
  const named = [...page.matchAll(/^\| `([^`]+)` \| .{10,} \|$/gm)].map(([, name]) => name as string);
  expect(named.sort()).toEqual(Object.keys(manifest.dependencies).sort());
});
