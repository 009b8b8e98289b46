/** Promise: a full disk costs nothing that was accepted; writes are refused for now, reads go on, room heals it. */
import { execFileSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Answer, endings, post, quickTree, serverProcess, testFolder, until } from './wire.ts';

const DISK = '24m';
const BLOCK = 4_096;
const PADDING = 'x'.repeat(20_000);

it('a full disk: 503 with a reason, reads go on, afterwards everything accepted ends', async ({ skip }) => {
  const dataDir = await testFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', dataDir], { stdio: 'pipe' });
  } catch (error) {
    skip(`a small file system cannot be mounted here: ${error instanceof Error ? error.message : error}`);
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', dataDir]);
  });
  const server = await serverProcess(dataDir);
  await server.start();
  const accepted: string[] = [];
  const execute = async () => {
    const answer = await post(server.url, 'tasks.execute', { tasks: quickTree(PADDING), wait_seconds: 0 });
    if (answer.status === 200) accepted.push(answer.body.result.run_id);
    return answer;
  };
  for (let number = 0; number < 20; number++) await execute();
  const ballast = await fill(dataDir);
  const refusals = await Promise.all(Array.from({ length: 60 }, execute));
  const refused = await firstRefusal(refusals, execute);
  expect([...new Set(refusals.map(({ status }) => status))].filter((status) => status !== 200)).toSatisfy(
    (statuses: number[]) => statuses.every((status) => status === 503),
  );
  expect(refused.status).toBe(503);
  expect(Number(refused.retryAfter)).toBeGreaterThan(0);
  expect(refused.body.error.data).toMatch(/disk is full/);
  const read = await post(server.url, 'runs.get', { run_id: accepted[0] });
  expect({ status: read.status, run: read.body.result?.run_id }).toEqual({ status: 200, run: accepted[0] });
  const list = await post(server.url, 'tasks.list', { limit: 5 });
  expect({ status: list.status, isSome: list.body.result?.length > 0 }).toEqual({
    status: 200,
    isSome: true,
  });

  await rm(ballast);
  await until('a tree runs again', 20_000, async () => {
    const { body } = await post(server.url, 'tasks.execute', { tasks: quickTree(), wait_seconds: 5 });
    return body.result?.tree_status === 'completed';
  });
  const counts = await endings(server.url, accepted, 20_000);
  console.log(`full disk: ${accepted.length} accepted`, counts);
  expect(counts).toEqual({ completed: accepted.length });
  expect(await server.stop()).toBe(0);
});

/** Takes what room there is, to the last block. */
async function fill(folder: string): Promise<string> {
  const ballast = join(folder, 'ballast');
  const file = await open(ballast, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(BLOCK));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
  return ballast;
}

/** What the database had reserved already still takes a few writes. */
async function firstRefusal(seen: readonly Answer[], execute: () => Promise<Answer>): Promise<Answer> {
  const known = seen.find(({ status }) => status !== 200);
  if (known !== undefined) return known;
  for (let number = 0; number < 300; number++) {
    const answer = await execute();
    if (answer.status !== 200) return answer;
  }
  throw new Error('Writes were never refused');
}
