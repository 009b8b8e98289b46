/**
 * Conversations, their messages and the replies under way. Part of the store; both drivers pass the same conformance
 * suite. Whose a conversation is, is checked by callers. Null means: there is none (any more).
 */
import type { Conversation, ConversationFields } from '../core/conversation/conversation.ts';
import type { ConversationEvent, ConversationSignal } from '../core/conversation/conversation-event.ts';
import type { Message, MessageRevision } from '../core/conversation/message.ts';
import type { Reply, ReplyEnd, ReplyOptions } from '../core/conversation/reply.ts';
import type { JsonObject } from '../core/json.ts';
import type { IdempotencyRecord } from './idempotency-store.ts';
import type { SecretRow } from './secret-store.ts';
import type { Use } from './use-store.ts';

/** A reply to be made, stored with what asks for it. */
export interface NewReply {
  readonly replyId: string;
  /** Of the assistant's message, where a new one is made. */
  readonly messageId: string;
  readonly options: ReplyOptions;
  readonly secrets: readonly SecretRow[];
  readonly uses: readonly Use[];
}

export interface PostMessage {
  readonly conversationId: string;
  readonly messageId: string;
  readonly text: string;
  /** For a conversation that has none yet. */
  readonly title: string;
  readonly reply: NewReply | null;
  readonly idempotency?: IdempotencyRecord | undefined;
}

export interface ChangeMessage {
  readonly conversationId: string;
  readonly messageId: string;
  /** The version it must have; null = any. Throws `precondition_failed`. */
  readonly version: number | null;
}

/** A message with the reply that it brought about. */
export interface Exchange {
  readonly message: Message;
  /** The assistant's message, pending. */
  readonly reply: Message | null;
  readonly started: Reply | null;
  /** Ended by this change; their workflows are of no use any more. */
  readonly ended: readonly Reply[];
}

/** All that a worker needs to write a reply. */
export interface ReplyWork {
  readonly reply: Reply;
  readonly conversation: Conversation;
  readonly message: Message;
  /** What was said before, oldest first, as much of the newest as `limits` allow. */
  readonly history: readonly Message[];
}

export interface ReplyOutcome {
  readonly status: ReplyEnd;
  readonly text: string;
  readonly model: string | null;
  readonly exit: Message['exit'];
  readonly usage: JsonObject | null;
  readonly demoReason: string | null;
  readonly error: string | null;
}

/** A reply that an executor has made within a task: it comes as a whole. */
export interface FinishedReply extends ReplyOutcome {
  readonly conversationId: string;
  readonly messageId: string;
  readonly replyTo: string;
}

export interface ConversationStore {
  /** Throws `conflict` when the user has `most` already. */
  create(conversation: Conversation, most: number, idempotency?: IdempotencyRecord): Promise<void>;
  get(conversationId: string): Promise<Conversation | null>;
  /** The newest first; of everybody without `userId`. `before`: those made before this one. */
  list(filter: { userId?: string; before?: string; limit: number }): Promise<Conversation[]>;
  /** Throws `precondition_failed` when `version` is another. */
  update(
    conversationId: string,
    fields: Partial<ConversationFields>,
    version: number | null,
  ): Promise<Conversation | null>;
  /** With all that belongs to it. Returns the replies that were under way; null when there is none. */
  delete(conversationId: string, version: number | null): Promise<Reply[] | null>;
  /** All that these users have, as `delete` does. */
  removeOf(userIds: readonly string[]): Promise<void>;

  /** Throws `conflict` while another reply is made, or when the conversation is full. */
  post(message: PostMessage): Promise<Exchange | null>;
  message(conversationId: string, messageId: string): Promise<Message | null>;
  /** By position; `after`/`before` are positions. */
  messages(
    conversationId: string,
    page: { order: 'asc' | 'desc'; beyond?: number; limit: number },
  ): Promise<Message[]>;
  /** Keeps the text that stood. `reply`: its reply is made anew (or made). */
  edit(change: ChangeMessage & { text: string; reply: NewReply | null }): Promise<Exchange | null>;
  /** Of a reply: made anew; of a user's message: the reply to it is. `message` is the one named. The key's answer gets `reply_id`. */
  regenerate(
    change: ChangeMessage & { reply: NewReply; idempotency?: IdempotencyRecord | undefined },
  ): Promise<Exchange | null>;
  /** With its revisions. Returns the replies that were under way for it. */
  deleteMessage(change: ChangeMessage): Promise<Reply[] | null>;
  /** The newest first, the present text included. */
  revisions(messageId: string, page: { before?: number; limit: number }): Promise<MessageRevision[]>;

  /** A worker takes it up: what an earlier one had written is dropped. null: ended, or deleted. */
  claim(replyId: string, limits: { messages: number; characters: number }): Promise<ReplyWork | null>;
  /** Same facts, nothing is changed: for those who reply within a task. */
  workFor(
    conversationId: string,
    messageId: string,
    limits: { messages: number; characters: number },
  ): Promise<Omit<ReplyWork, 'reply'> | null>;
  /** As far as it has come. false: it is not this attempt's any more. */
  writePartial(replyId: string, attempt: number, text: string): Promise<boolean>;
  /** `attempt` null: whoever has it. null: it had ended already. */
  finish(replyId: string, attempt: number | null, outcome: ReplyOutcome): Promise<Message | null>;
  /** What was written when it was stopped, and what that cost. */
  amendStopped(reply: Reply, outcome: Pick<ReplyOutcome, 'text' | 'model' | 'usage'>): Promise<void>;
  /** Appends it, once. null: the conversation or what it answers is gone. */
  append(reply: FinishedReply): Promise<Message | null>;
  /** Ends what is under way. null when there is no such conversation. */
  stop(conversationId: string): Promise<{ ended: readonly Reply[]; messages: readonly Message[] } | null>;
  /** Accepted before this time and not ended, oldest first. */
  activeReplies(filter: { acceptedBefore: string; limit: number }): Promise<Reply[]>;

  /** Events behind this number, in order. */
  events(conversationId: string, afterSeq: number, limit: number): Promise<ConversationEvent[]>;
  /** Hears the signals of one conversation, of this process and others. Returns a stop function. */
  follow(conversationId: string, listener: (signal: ConversationSignal) => void): () => void;
  /** Tells without storing. */
  signal(conversationId: string, signal: ConversationSignal): void;
}
