/** Starts and ends the workflows that write replies. What is to be written stands in the store. */
import type { Reply } from '../core/conversation/reply.ts';

export interface ReplyEngine {
  /** Never throws: what could not be started now is found by the sweep. */
  start(reply: Reply): Promise<void>;
  /** Ends workflows whose replies have ended in the store. Never throws. */
  cancel(replies: readonly Reply[]): Promise<void>;
}
