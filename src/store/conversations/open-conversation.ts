/**
 * One change of one conversation: its row is locked first, so that changes of it come one after the other, and its
 * counters and events are written last. Everything that changes a conversation goes through here.
 */
import type {
  ConversationEventType,
  ConversationSignal,
} from '../../core/conversation/conversation-event.ts';
import type { Message } from '../../core/conversation/message.ts';
import { AppError } from '../../core/errors.ts';
import { isoMicros } from '../../core/time.ts';
import type { Cell, Row } from '../schema.ts';
import type { Database, Session } from '../session.ts';
import { rowToMessage } from './conversation-rows.ts';

/** More would make reading it, and asking about it, slow for nobody's good. */
const MOST_MESSAGES = 5_000;

export interface ConversationContext {
  readonly database: Database;
  readonly announce: (conversationId: string, signal: ConversationSignal) => void;
}

/** null: there is no such conversation. What `work` throws undoes all of it. */
export function changing<T>(
  { database, announce }: ConversationContext,
  conversationId: string,
  work: (open: OpenConversation) => Promise<T>,
): Promise<T | null> {
  return database.write(async (session) => {
    const row = await lockedRow(session, conversationId);
    if (row === null) return null;
    const open = new OpenConversation(session, row);
    const result = await work(open);
    await open.save();
    session.afterCommit(() => {
      for (const signal of [...open.signals, { kind: 'changed' } as const]) announce(conversationId, signal);
    });
    return result;
  });
}

export async function lockedRow(session: Session, conversationId: string): Promise<Row | null> {
  const lock = session.kind === 'postgres' ? 'FOR UPDATE' : '';
  const [row] = await session.query(`SELECT * FROM conversations WHERE conversation_id = $1 ${lock}`, [
    conversationId,
  ]);
  return row ?? null;
}

export class OpenConversation {
  readonly session: Session;
  readonly id: string;
  readonly userId: string;
  readonly at = isoMicros(Date.now());
  readonly row: Row;
  readonly #changes: Record<string, Cell> = {};
  readonly #events: [ConversationEventType, string | null][] = [];
  readonly #signals: ConversationSignal[] = [];
  #position: number;
  #count: number;

  constructor(session: Session, row: Row) {
    this.session = session;
    this.row = row;
    this.id = String(row['conversation_id']);
    this.userId = String(row['user_id']);
    this.#position = Number(row['next_position']);
    this.#count = Number(row['message_count']);
  }

  note(type: ConversationEventType, messageId: string | null): void {
    this.#events.push([type, messageId]);
  }

  /** Once it is committed. */
  tell(signal: ConversationSignal): void {
    this.#signals.push(signal);
  }

  get signals(): readonly ConversationSignal[] {
    return this.#signals;
  }

  set(cells: Row): void {
    Object.assign(this.#changes, cells);
  }

  /** The place of a new message. Throws `conflict` when there is no room. */
  takePosition(): number {
    if (this.#count >= MOST_MESSAGES)
      throw new AppError(
        'conflict',
        `This conversation has ${MOST_MESSAGES} messages, which is the most it may have: begin another one`,
      );
    this.#count++;
    return this.#position++;
  }

  removed(): void {
    this.#count--;
  }

  async message(messageId: string): Promise<{ row: Row; message: Message } | null> {
    const [row] = await this.session.query(
      'SELECT * FROM messages WHERE message_id = $1 AND conversation_id = $2',
      [messageId, this.id],
    );
    return row === undefined ? null : { row, message: rowToMessage(row) };
  }

  /** The message after the change. */
  async updateMessage(messageId: string, cells: Row): Promise<Message> {
    const entries = Object.entries({ ...cells, updated_at: this.at });
    const sets = entries.map(([name], index) => `${name} = $${index + 2}`);
    await this.session.query(`UPDATE messages SET ${sets.join(', ')} WHERE message_id = $1`, [
      messageId,
      ...entries.map(([, cell]) => cell),
    ]);
    const changed = await this.message(messageId);
    if (changed === null) throw new AppError('not_found', `Message ${messageId} not found`);
    return changed.message;
  }

  /** The row as `save` will leave it. */
  after(): Row {
    return { ...this.row, ...this.#cells() };
  }

  #cells(): Row {
    return {
      ...this.#changes,
      message_count: this.#count,
      next_position: this.#position,
      last_seq: Number(this.row['last_seq']) + this.#events.length,
      updated_at: this.at,
    };
  }

  async save(): Promise<void> {
    if (this.#events.length === 0 && Object.keys(this.#changes).length === 0) return;
    const first = Number(this.row['last_seq']) + 1;
    await this.session.insert(
      'conversation_events',
      this.#events.map(([type, messageId], index) => ({
        conversation_id: this.id,
        seq: first + index,
        type,
        message_id: messageId ?? '',
        at: this.at,
      })),
    );
    const cells = Object.entries(this.#cells());
    const sets = cells.map(([name], index) => `${name} = $${index + 2}`);
    await this.session.query(`UPDATE conversations SET ${sets.join(', ')} WHERE conversation_id = $1`, [
      this.id,
      ...cells.map(([, cell]) => cell),
    ]);
  }
}

/** Throws `precondition_failed`. */
export function requireVersion(row: Row, version: number | null, noun: string): void {
  const current = Number(row['version']);
  if (version === null || version === current) return;
  throw new AppError(
    'precondition_failed',
    `${noun} is at version ${current}, not ${version}: read it again and repeat the change`,
    { details: { current_version: current } },
  );
}
