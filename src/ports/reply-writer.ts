/** Writes one reply. Implemented by src/conversations/write-reply.ts; activities are given it. */
import type { Conversation } from '../core/conversation/conversation.ts';
import type { Message } from '../core/conversation/message.ts';
import type { LlmClient } from '../core/llm/chat.ts';
import type { ReplyOutcome } from './conversation-store.ts';

export interface ReplyRequest {
  readonly conversation: Conversation;
  /** Oldest first, the message to be answered last. */
  readonly history: readonly Message[];
  /** Instead of the conversation's. */
  readonly model: string | null;
  /** Set: no model is asked. */
  readonly demoReason: string | null;
  readonly llm: LlmClient;
  readonly signal: AbortSignal;
  /** The next piece that may be seen. */
  readonly onText: (text: string) => void;
}

/** Throws what the model's client throws. What was let out before is the caller's to keep or to drop. */
export type ReplyWriter = (request: ReplyRequest) => Promise<ReplyOutcome>;
