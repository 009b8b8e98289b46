/**
 * What happened in a conversation, in order. Events name messages and hold none of their text: whoever reads one later
 * gets the message as it is then, or learns that it is gone.
 */

export const CONVERSATION_EVENT_TYPES = [
  'conversation-updated',
  'message-created',
  'message-updated',
  'message-started',
  'message-restarted',
  'message-completed',
  'message-failed',
  'message-stopped',
  'message-blocked',
  'message-deleted',
] as const;
export type ConversationEventType = (typeof CONVERSATION_EVENT_TYPES)[number];

export interface ConversationEvent {
  readonly conversationId: string;
  /** Counts from 1 within the conversation, without gaps. */
  readonly seq: number;
  readonly type: ConversationEventType;
  /** null on events of the conversation as a whole. */
  readonly messageId: string | null;
  /** ISO-8601 UTC with microseconds. */
  readonly at: string;
}

/** Told at once to whoever follows, also in other processes; lost ones are made up for by reading the store. */
export type ConversationSignal =
  /** There are events to read, or a partial text was stored. */
  | { readonly kind: 'changed' }
  /** A piece of a reply; `offset`: how many characters stand before it. Never stored. */
  | {
      readonly kind: 'delta';
      readonly messageId: string;
      readonly replyId: string;
      readonly attempt: number;
      readonly offset: number;
      readonly text: string;
    }
  /** These are not to be written any further. */
  | { readonly kind: 'ended'; readonly replyIds: readonly string[] }
  | { readonly kind: 'deleted' };
