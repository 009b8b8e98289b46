/** A reply that was accepted and not ended yet: what its workflow, its worker and the sweep go by. Ids only. */
import type { MessageStatus } from './message.ts';

export interface ReplyOptions {
  /** The plan it was accepted under, for its usage rows. */
  readonly plan: string;
  /** Whose keys it is paid with; see core/llm/run-keys.ts. */
  readonly llmKeys: { readonly hasOwn: boolean; readonly isPremium: boolean } | null;
  /** Set: no model is asked, for this reason. */
  readonly demoReason: string | null;
  /** Instead of the conversation's. */
  readonly model: string | null;
}

export interface Reply {
  /** One a reply; also the owner of its sealed key and the run id of its usage rows. */
  readonly replyId: string;
  readonly conversationId: string;
  /** The assistant's message that it fills. */
  readonly messageId: string;
  /** Replies made for this message so far, this one included. */
  readonly number: number;
  readonly userId: string;
  /** Workers that have taken it up. */
  readonly attempt: number;
  readonly options: ReplyOptions;
  readonly acceptedAt: string;
}

export type ReplyEnd = Exclude<MessageStatus, 'pending' | 'streaming'>;

/** `conversation:<conversation>:<message>:<n>`: what an operator sees in Temporal's UI. */
export function replyWorkflowId(reply: Pick<Reply, 'conversationId' | 'messageId' | 'number'>): string {
  return `conversation:${reply.conversationId}:${reply.messageId}:${reply.number}`;
}
