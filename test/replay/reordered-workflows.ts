/** A deliberate break for the replay test: the same workflow with one more command in front. */
import { sleep } from '@temporalio/workflow';
import { runTree as original } from '../../src/workflows/run-tree.ts';

export async function runTree(input: Parameters<typeof original>[0]): ReturnType<typeof original> {
  await sleep(1);
  return original(input);
}
