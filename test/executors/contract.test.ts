import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { executorContract } from './contract.ts';
import { makeContext, testSettings } from './make-context.ts';

const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const files = readdirSync(directory).filter((name) => !name.startsWith('_'));
const registry = await loadRegistry({ directory, settings: testSettings });

test('one executor a file', () => {
  expect(registry.all()).toHaveLength(files.length);
});

for (const executor of registry.all()) {
  const fileName = `${executor.id.replaceAll('_', '-')}.ts`;
  executorContract(executor, makeContext, files.find((name) => name === fileName) ?? 'no such file');
}
