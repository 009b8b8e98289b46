/**
 * The text of a reply on its way: pieces to those who follow within 30 ms, unstored; the whole of it to the store twice
 * a second, for those who come later. Finds out there when the reply is not this attempt's any more.
 */
import type { ReplyWork } from '../../ports/conversation-store.ts';
import type { Store } from '../../ports/store.ts';
import { DeltaStream } from '../delta-stream.ts';

const STORE_EVERY_MS = 500;

export interface ReplyStreamOptions {
  readonly conversations: Pick<Store['conversations'], 'signal' | 'writePartial'>;
  readonly work: ReplyWork;
  /** The reply was ended, or another worker has it. */
  readonly onLost: () => void;
  /** The store does not answer: what is missing there is made up for at the end. */
  readonly onError: (error: unknown) => void;
}

export class ReplyStream {
  readonly #options: ReplyStreamOptions;
  readonly #deltas: DeltaStream;
  readonly #timer: NodeJS.Timeout;
  #text = '';
  #streamed = 0;
  #stored = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ReplyStreamOptions) {
    this.#options = options;
    this.#deltas = new DeltaStream((text) => this.#publish(text));
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#store());
    }, STORE_EVERY_MS);
  }

  get text(): string {
    return this.#text;
  }

  add(piece: string): void {
    this.#text += piece;
    this.#deltas.add(piece);
  }

  /** Nothing is written any more once it resolves. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#deltas.close(true);
    await this.#writing;
  }

  #publish(text: string): void {
    const { conversations, work } = this.#options;
    const { conversationId, messageId, replyId, attempt } = work.reply;
    conversations.signal(conversationId, {
      kind: 'delta',
      messageId,
      replyId,
      attempt,
      offset: this.#streamed,
      text,
    });
    this.#streamed += text.length;
  }

  async #store(): Promise<void> {
    const text = this.#text;
    if (text.length === this.#stored) return;
    const { conversations, work, onLost, onError } = this.#options;
    try {
      const isOurs = await conversations.writePartial(work.reply.replyId, work.reply.attempt, text);
      this.#stored = text.length;
      if (!isOurs) onLost();
    } catch (error) {
      onError(error);
    }
  }
}
