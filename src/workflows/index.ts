/** Everything the worker's workflow bundle exports. Determinism zone: no clocks, no randomness, no I/O. */
export { deliverWebhook } from './deliver-webhook.ts';
export { replyToMessage } from './reply-to-message.ts';
export { runScheduled } from './run-scheduled.ts';
export { runTree } from './run-tree.ts';
