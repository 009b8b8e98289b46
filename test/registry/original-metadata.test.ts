/** What clients of the original read from the metadata of the executors it had. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { testSettings } from '../executors/make-context.ts';

const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const registry = await loadRegistry({ directory, settings: testSettings });

test.each([
  ['system_info_executor', 'stdio', [], { resource: 'all', timeout: 30 }],
  ['command_executor', 'stdio', ['command'], { timeout: 30 }],
  ['aggregate_results_executor', 'core', [], { dependencies: null }],
  [
    'docker_executor',
    'docker',
    ['image', 'command'],
    { env: null, volumes: null, working_dir: null, timeout: 60, remove: true, resources: null },
  ],
  ['scrape_executor', null, ['url'], { max_chars: 5000, extract_metadata: true }],
  [
    'rest_executor',
    'http',
    ['url'],
    {
      method: 'GET',
      headers: null,
      params: null,
      json: null,
      data: null,
      auth: null,
      timeout: 30,
      verify: true,
    },
  ],
])('%s has the type, required inputs and defaults', (id, type, required, defaults) => {
  const executor = registry.find(id);
  if (executor === undefined) throw new Error(`No ${id}`);
  const metadata = registry.metadata(executor);
  const properties = metadata.input_schema['properties'] as Record<string, JsonObject>;
  expect(metadata.type).toBe(type);
  expect(metadata.input_schema['required'] ?? []).toEqual(required);
  const found = Object.entries(properties).filter(([, property]) => Object.hasOwn(property, 'default'));
  expect(Object.fromEntries(found.map(([name, property]) => [name, property['default']]))).toEqual(defaults);
  expect(Object.values(properties).every((property) => isJsonObject(property))).toBe(true);
});
