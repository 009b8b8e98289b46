import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadHooks } from '../../src/registry/load-hooks.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'taskgrove-hooks-'));
});
afterEach(() => rm(directory, { recursive: true }));

const executorIds = new Set(['rest_executor', 'http']);
const load = (switchedOn: string[] = [], from = directory, mayBeMissing = false) =>
  loadHooks({ directory: from, mayBeMissing, switchedOn, executorIds });
const source = (id: string, more = '') =>
  `export default { id: '${id}', description: 'D', beforeTask: () => null, ${more} };`;
const write = (name: string, text: string) => writeFile(path.join(directory, name), text);
const ids = async (switchedOn?: string[]) => (await load(switchedOn)).map(({ id }) => id);

describe('loadHooks', () => {
  test('takes hooks in the order of their files, and passes over parts, tests and other files', async () => {
    await write('b-hook.ts', source('b-hook', `executors: ['http'],`));
    await write('a-hook.js', source('a-hook'));
    await write('_part.ts', 'throw new Error("never imported")');
    await write('a-hook.test.ts', 'throw new Error("never imported")');
    await write('notes.md', 'text');
    expect(await ids()).toEqual(['a-hook', 'b-hook']);
  });

  test('an opt-in hook is on when it is named', async () => {
    await write('a-hook.ts', source('a-hook', 'isOptIn: true,'));
    expect(await ids()).toEqual([]);
    expect(await ids(['a-hook'])).toEqual(['a-hook']);
    await expect(load(['b-hook'])).rejects.toThrow("TASKGROVE_HOOKS names 'b-hook'; there are: a-hook");
  });

  test('only the folder beside executors/ may be missing', async () => {
    const nowhere = path.join(directory, 'nowhere');
    expect(await load([], nowhere, true)).toEqual([]);
    await expect(load([], nowhere)).rejects.toThrow(/HOOKS_DIR .*nowhere.*no such folder/);
  });

  test.each([
    ['no default export', 'a-hook.ts', 'export const x = 1;', /a-hook\.ts.*no default export/],
    ['a syntax error', 'a-hook.ts', 'export default {', /a-hook\.ts cannot be loaded/],
    ['a bad id', 'a-hook.ts', source('A_Hook'), /id must be kebab-case/],
    ['another file name', 'other.ts', source('a-hook'), /call the file a-hook\.ts/],
    ['a misspelt point', 'a-hook.ts', source('a-hook', 'onTreeDone: () => null,'), /onTreeDone/],
    [
      'a point that is no function',
      'a-hook.ts',
      source('a-hook', 'afterTask: {},'),
      /afterTask must be a function/,
    ],
    ['nothing to do', 'a-hook.ts', `export default { id: 'a-hook', description: 'D' }`, /it does nothing/],
    ['an unknown executor', 'a-hook.ts', source('a-hook', `executors: ['nope'],`), /no executor 'nope'/],
    ['an endless limit', 'a-hook.ts', source('a-hook', 'timeoutMs: 1e9,'), /timeoutMs/],
    [
      'a tree point that must not fail',
      'a-hook.ts',
      `export default { id: 'a-hook', description: 'D', onFailure: 'closed', onTreeFailed: () => null }`,
      /tree points only watch/,
    ],
  ])('%s stops the start', async (_, name, text, message) => {
    await write(name, text);
    await expect(load()).rejects.toThrow(message);
  });

  test('the hooks that come with the server are sound, and all off', async () => {
    const ours = fileURLToPath(new URL('../../hooks', import.meta.url));
    expect(await load([], ours)).toEqual([]);
    expect((await load(['log-failed-trees'], ours)).map(({ id }) => id)).toEqual(['log-failed-trees']);
  });
});
