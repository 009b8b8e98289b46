/** A lock between processes: a file that holds its owner's id. A dead owner's lock is taken over. */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processFacts } from './process-facts.ts';

const POLL_MS = 200;

/** Runs `work` while holding the lock at `path`. `onWait` is called once when somebody else holds it. */
export async function withFileLock<Result>(
  path: string,
  work: () => Promise<Result>,
  onWait: () => void = () => undefined,
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  let hasWaited = false;
  while (!(await tryTake(path))) {
    if (!hasWaited) onWait();
    hasWaited = true;
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryTake(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    const self = await processFacts(process.pid);
    await file.writeFile(JSON.stringify({ pid: process.pid, startedAt: self?.startedAt ?? '' }));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isOwnerGone(path)) await rm(path, { force: true });
  return false;
}

async function isOwnerGone(path: string): Promise<boolean> {
  const content = await readFile(path, 'utf8').catch(() => null);
  if (content === null) return false;
  if (content === '') {
    // Between creation and the first byte, unless the owner died right there.
    await delay(POLL_MS * 5);
    return (await readFile(path, 'utf8').catch(() => 'gone')) === '';
  }
  const owner = JSON.parse(content) as { pid: number; startedAt: string };
  const facts = await processFacts(owner.pid);
  return facts === null || facts.startedAt !== owner.startedAt;
}
