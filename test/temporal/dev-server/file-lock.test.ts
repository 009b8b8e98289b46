/** The lock between processes: one at a time, and a dead owner does not hold it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withFileLock } from '../../../src/temporal/dev-server/file-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'taskgrove-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one work at a time and leaves nothing behind', async () => {
  const path = join(folder, 'deep', 'x.lock');
  let inside = 0;
  let most = 0;
  let waits = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await delay(20);
    inside--;
  };
  await Promise.all([1, 2, 3].map(() => withFileLock(path, work, () => waits++)));
  expect(most).toBe(1);
  expect(waits).toBe(2);
  expect(readdirSync(join(folder, 'deep'))).toEqual([]);
});

it('is released when the work fails', async () => {
  const path = join(folder, 'x.lock');
  await expect(withFileLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withFileLock(path, async () => 'next')).toBe('next');
});

it('takes over from a process that is gone, even if its id is used again', async () => {
  const path = join(folder, 'x.lock');
  writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }));
  expect(await withFileLock(path, async () => 'mine')).toBe('mine');
  writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
  expect(await withFileLock(path, async () => 'mine')).toBe('mine');
});
