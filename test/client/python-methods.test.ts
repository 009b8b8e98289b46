/** The generated part of the Python client is what the method table says. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pythonMethods } from '../../scripts/python-methods.ts';

it('is up to date (else run: node scripts/generate-python-methods.ts)', () => {
  const file = new URL('../../clients/python/src/taskgrove_client/methods.py', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(pythonMethods());
});

it.skipIf(spawnSync('python3', ['--version']).status !== 0)('is Python', () => {
  const path = new URL('../../clients/python/src/taskgrove_client/methods.py', import.meta.url).pathname;
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())', path]);
});
