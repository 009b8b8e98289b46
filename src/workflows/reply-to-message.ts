/**
 * `replyToMessage`: has one reply of a conversation written. The activity does all of it; this survives the workers that
 * do. It knows ids and nothing of what is said.
 */
import { ActivityCancellationType, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { ReplyInput, ReplyOutput } from '../core/run-protocol.ts';

interface ReplyActivities {
  writeReply(input: ReplyInput): Promise<ReplyOutput>;
  giveUpReply(input: ReplyInput): Promise<void>;
}

export async function replyToMessage(input: ReplyInput): Promise<ReplyOutput> {
  const { writeReply } = proxyActivities<ReplyActivities>({
    startToCloseTimeout: '15 minutes',
    heartbeatTimeout: input.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 2,
      maximumInterval: '30 seconds',
      maximumAttempts: 12,
    },
  });
  const { giveUpReply } = proxyActivities<ReplyActivities>({ startToCloseTimeout: '1 minute' });
  try {
    return await writeReply(input);
  } catch (error) {
    // Stopped: the store knows already.
    if (isCancellation(error)) throw error;
    await giveUpReply(input);
    return { status: 'failed' };
  }
}
