/** A lock between processes: a file that holds its owner's id. A dead owner's lock is taken over. */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processFacts } from './process-facts.ts';

const POLL_MS = 100;
let attempts = 0;

/** Runs `work` while holding the lock at `path`. `onWait` is called once when somebody else holds it. */
export async function withFileLock<Result>(
  path: string,
  work: () => Promise<Result>,
  onWait: () => void = () => undefined,
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  let hasWaited = false;
  while (!(await tryTake(path))) {
    if (await freeFromDeadOwner(path)) continue;
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

/** The file appears with its content in one step, so that nobody ever reads half an owner. */
async function tryTake(path: string): Promise<boolean> {
  const draft = draftOf(path);
  const self = await processFacts(process.pid);
  await writeFile(draft, JSON.stringify({ pid: process.pid, startedAt: self?.startedAt ?? '' }));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function freeFromDeadOwner(path: string): Promise<boolean> {
  const seen = await readOwner(path);
  if (seen === null) return true;
  const owner = JSON.parse(seen) as { pid: number; startedAt: string };
  if ((await processFacts(owner.pid))?.startedAt === owner.startedAt) return false;
  const removed = draftOf(path);
  try {
    await rename(path, removed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
  // Between our look and the removal somebody else may have taken the lock: give it back.
  if ((await readOwner(removed)) !== seen) await link(removed, path).catch(() => undefined);
  await rm(removed, { force: true });
  return true;
}

async function readOwner(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function draftOf(path: string): string {
  attempts++;
  return `${path}.${process.pid}-${attempts}`;
}
