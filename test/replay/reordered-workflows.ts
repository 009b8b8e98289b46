/** A deliberate break for the replay test: the same workflows with one more command in front. */
import { sleep } from '@temporalio/workflow';
import { runScheduled as originalScheduled } from '../../src/workflows/run-scheduled.ts';
import { runTree as original } from '../../src/workflows/run-tree.ts';

export async function runTree(input: Parameters<typeof original>[0]): ReturnType<typeof original> {
  await sleep(1);
  return original(input);
}

export async function runScheduled(
  input: Parameters<typeof originalScheduled>[0],
): ReturnType<typeof originalScheduled> {
  await sleep(1);
  return originalScheduled(input);
}
