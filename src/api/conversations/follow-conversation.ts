/**
 * One conversation's events in order, each once, and the text of replies while it is written. Listens first, then reads
 * what is stored: nothing depends on how signals arrive. Events name messages; what is sent is the message as it is now.
 */
import type { ConversationEvent, ConversationSignal } from '../../core/conversation/conversation-event.ts';
import { isActive, type Message } from '../../core/conversation/message.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Store } from '../../ports/store.ts';
import { eventId } from '../events/event-id.ts';
import type { SseEvent } from '../events/sse-event.ts';
import type { Following } from '../events/stream-events.ts';
import { StreamedText } from './streamed-text.ts';

const PAGE = 200;
/** Beyond them the store is read instead. */
const MOST_HEARD = 1_000;
/** Among so many of the newest a reply under way is looked for when a client comes. */
const LOOKED_THROUGH = 50;

type Delta = Extract<ConversationSignal, { kind: 'delta' }>;

export interface FollowConversation {
  readonly conversations: Store['conversations'];
  readonly conversationId: string;
  readonly afterSeq: number;
  /** Called in order; false ends the following (client gone). */
  readonly send: (event: SseEvent) => boolean;
}

export function followConversation(options: FollowConversation): Following {
  const follower = new ConversationFollower(options);
  const unfollow = options.conversations.follow(options.conversationId, (signal) => follower.hear(signal));
  return {
    refresh: () => follower.refresh(),
    stop: () => follower.stop(),
    done: follower.pump().finally(unfollow),
  };
}

class ConversationFollower {
  readonly #options: FollowConversation;
  /** Replies under way, by message. */
  readonly #texts = new Map<string, StreamedText>();
  #lastSeq: number;
  #heard: Delta[] = [];
  #mustRead = true;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(options: FollowConversation) {
    this.#options = options;
    this.#lastSeq = options.afterSeq;
  }

  hear(signal: ConversationSignal): void {
    if (signal.kind === 'delta' && this.#heard.length < MOST_HEARD) this.#heard.push(signal);
    else this.#mustRead = true;
    this.#wake();
  }

  refresh(): void {
    this.#mustRead = true;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async pump(): Promise<void> {
    this.#send(eventId(this.#options.conversationId, this.#lastSeq), { type: 'stream_open' });
    await this.#findActive();
    while (!this.#isStopped) {
      if (this.#mustRead) await this.#read();
      else if (this.#heard.length > 0) this.#passHeard();
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  async #findActive(): Promise<void> {
    const { conversations, conversationId } = this.#options;
    const newest = await conversations.messages(conversationId, { order: 'desc', limit: LOOKED_THROUGH });
    for (const { message_id, status } of newest) if (isActive(status)) this.#begin(message_id);
  }

  async #read(): Promise<void> {
    const { conversations, conversationId } = this.#options;
    this.#mustRead = false;
    const known = new Map<string, Message | null>();
    const find = async (messageId: string) => {
      if (!known.has(messageId)) known.set(messageId, await conversations.message(conversationId, messageId));
      return known.get(messageId) ?? null;
    };
    for (;;) {
      const page = await conversations.events(conversationId, this.#lastSeq, PAGE);
      for (const event of page)
        this.#pass(event, event.messageId === null ? null : await find(event.messageId));
      if (page.length < PAGE || this.#isStopped) break;
    }
    for (const [messageId, text] of this.#texts) {
      const message = await find(messageId);
      if (message?.status === 'streaming') text.read(message.text);
    }
    if ((await conversations.get(conversationId)) !== null) return;
    this.#send(null, { type: 'conversation_deleted' });
    this.stop();
  }

  #pass(event: ConversationEvent, message: Message | null): void {
    const { seq, type, messageId, conversationId, at } = event;
    this.#lastSeq = seq;
    const isUnderWay = message !== null && isActive(message.status);
    const seen = messageId === null ? undefined : this.#texts.get(messageId)?.text;
    if (messageId !== null) {
      if (isUnderWay) this.#begin(messageId);
      else this.#texts.delete(messageId);
    }
    // It is gone: the event that says so comes later.
    if (messageId !== null && message === null && type !== 'message-deleted') return;
    this.#send(eventId(conversationId, seq), {
      type: type.replaceAll('-', '_'),
      ...(messageId === null ? {} : { message_id: messageId }),
      ...(message === null ? {} : { message: shown(message, type, seen) }),
      at,
    });
  }

  #begin(messageId: string): void {
    this.#texts.set(
      messageId,
      new StreamedText((piece) =>
        this.#send(null, { type: 'message_delta', message_id: messageId, ...piece }),
      ),
    );
  }

  #passHeard(): void {
    const heard = this.#heard;
    this.#heard = [];
    for (const { messageId, attempt, offset, text } of heard)
      this.#texts.get(messageId)?.hear(attempt, { offset, text });
  }

  #send(id: string | null, { type, ...data }: JsonObject): void {
    const about = { type: type ?? null, conversation_id: this.#options.conversationId };
    if (!this.#options.send({ id, data: { ...about, ...data } })) this.stop();
  }
}

function shown(message: Message, type: ConversationEvent['type'], seen: string | undefined): JsonObject {
  // What is being written comes as pieces, from the first one on.
  if (isActive(message.status)) return { ...message, text: '' } as unknown as JsonObject;
  // Of a reply that was stopped more may have been seen than was stored by then; the rest of it follows.
  const isBehind = type === 'message-stopped' && seen !== undefined && seen.length > message.text.length;
  return (isBehind ? { ...message, text: seen } : message) as unknown as JsonObject;
}
