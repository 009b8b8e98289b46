/** A deliberate break for the replay test: the same workflows with one more command in front. */
import { sleep } from '@temporalio/workflow';
import { replyToMessage as originalReply } from '../../src/workflows/reply-to-message.ts';
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

export async function replyToMessage(
  input: Parameters<typeof originalReply>[0],
): ReturnType<typeof originalReply> {
  await sleep(1);
  return originalReply(input);
}
