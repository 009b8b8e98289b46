/** `deliverWebhook`: posts a run's events in order until its end. The activity does the waiting; this only survives it. */
import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { DeliverInput, DeliverOutput } from '../core/run-protocol.ts';

const { deliverEvents } = proxyActivities<{ deliverEvents(input: DeliverInput): Promise<DeliverOutput> }>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
});

export async function deliverWebhook(input: DeliverInput): Promise<void> {
  let { afterSeq } = input;
  for (;;) {
    const output = await deliverEvents({ ...input, afterSeq });
    if (output.isDone) return;
    afterSeq = output.afterSeq;
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof deliverWebhook>({ ...input, afterSeq });
  }
}
