/** What executors may do with conversations. */
import type { JsonObject } from '../json.ts';
import type { LlmClient } from '../llm/chat.ts';
import type { Exit } from '../safety/exit.ts';

export interface ReplyInTask {
  /** Whose task it is: the conversation must be theirs. */
  readonly userId: string;
  readonly conversationId: string;
  /** What is answered. */
  readonly messageId: string;
  readonly model: string | null;
  readonly llm: LlmClient;
  readonly signal: AbortSignal;
  /** The same for each attempt: the reply is added once. */
  readonly idempotencyKey: string;
  readonly onText: (text: string) => void;
}

export interface AddedReply {
  readonly message_id: string;
  readonly text: string;
  readonly exit: Exit | null;
  readonly usage: JsonObject | null;
}

export interface ConversationServices {
  /** Throws `not_found`, and what the model's client throws. */
  reply(request: ReplyInTask): Promise<AddedReply>;
}
