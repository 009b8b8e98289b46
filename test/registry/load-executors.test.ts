import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExecutorSettings } from '../../src/core/executor.ts';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { testSettings } from '../executors/make-context.ts';

// Inside the project, so that the modules written there find zod.
const parent = fileURLToPath(new URL('.', import.meta.url));
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(parent, '.executors-'));
});
afterEach(() => rm(directory, { recursive: true }));

const load = (settings: Partial<ExecutorSettings> = {}) =>
  loadRegistry({ directory, settings: { ...testSettings, ...settings } });
const source = (id: string, more = '') => `import { z } from 'zod';
export default {
  id: '${id}', name: 'N', description: 'D', tags: ['t'], type: null, examples: ['e'],
  input: z.object({ text: z.string().default('x').describe('Text') }), output: z.object({ result: z.string() }),
  placement: 'inline', demoInput: {}, demo: () => ({ result: 'x' }), run: async () => ({ result: 'x' }), ${more}
};`;
const write = (name: string, text: string) => writeFile(path.join(directory, name), text);

describe('loadRegistry', () => {
  test('finds by id and alias, in order, and passes over parts, tests and other files', async () => {
    await write('b-executor.ts', source('b_executor', `aliases: ['bee'],`));
    await write('a-executor.js', source('a_executor'));
    await write('_part.ts', 'throw new Error("never imported")');
    await write('a-executor.test.ts', 'throw new Error("never imported")');
    await write('notes.md', 'text');
    const registry = await load();
    expect(registry.all().map(({ id }) => id)).toEqual(['a_executor', 'b_executor']);
    expect(registry.find('bee')).toBe(registry.find('b_executor'));
    expect(registry.find('nope')).toBeUndefined();
  });

  test('derives metadata and property names', async () => {
    await write('a-executor.ts', source('a_executor'));
    const registry = await load();
    const executor = registry.all()[0];
    if (executor === undefined) throw new Error('No executor');
    expect(registry.metadata(executor)).toEqual({
      id: 'a_executor',
      name: 'N',
      description: 'D',
      input_schema: {
        type: 'object',
        properties: { text: { type: 'string', default: 'x', description: 'Text' } },
      },
      examples: ['e'],
      tags: ['t'],
      type: null,
    });
    expect(registry.inputProperties(executor)).toEqual(['text']);
    expect(registry.outputProperties(executor)).toEqual(['result']);
  });

  test('unsafe executors are listed, and on only when named', async () => {
    await write('a-executor.ts', source('a_executor', `unsafe: 'Name it in the settings.',`));
    const off = await load();
    const on = await load({ allowedExecutors: new Set(['a_executor']) });
    const [executor] = off.all();
    if (executor === undefined) throw new Error('No executor');
    expect(off.availability(executor)).toEqual({ available: false, reason: 'Name it in the settings.' });
    expect(on.availability(executor)).toEqual({ available: true, reason: null });
  });

  test.each([
    ['no default export', 'a-executor.ts', 'export const x = 1;', /a-executor\.ts.*no default export/],
    ['a syntax error', 'a-executor.ts', 'export default {', /a-executor\.ts cannot be loaded/],
    ['a bad id', 'a-executor.ts', source('A-Executor'), /a-executor\.ts.*id must be snake_case/],
    ['another file name', 'other.ts', source('a_executor'), /call the file a-executor\.ts/],
    ['no schema', 'a-executor.ts', source('a_executor', 'input: {},'), /input must be a zod schema/],
    ['a wait without wait()', 'a-executor.ts', source('a_executor', `placement: 'wait',`), /needs wait\(\)/],
    ['a bad demo', 'a-executor.ts', source('a_executor', 'demoInput: { text: 1 },'), /demoInput/],
  ])('%s stops the start', async (_, name, text, message) => {
    await write(name, text);
    await expect(load()).rejects.toThrow(message);
  });

  test('an id taken twice stops the start', async () => {
    await write('a-executor.ts', source('a_executor'));
    await write('b-executor.ts', source('b_executor', `aliases: ['a_executor'],`));
    await expect(load()).rejects.toThrow(/'a_executor'/);
  });
});
