/** The verbs on replies under way: who writes one, how far it has come, how it ended. The first end stands. */
import type { Message } from '../../core/conversation/message.ts';
import type { Reply } from '../../core/conversation/reply.ts';
import type {
  ConversationStore,
  FinishedReply,
  ReplyOutcome,
  ReplyWork,
} from '../../ports/conversation-store.ts';
import { toJson } from '../rows.ts';
import type { Row } from '../schema.ts';
import type { Session } from '../session.ts';
import { activeOf, dropReply, insertMessage, stopReplies } from './begin-reply.ts';
import { rowToConversation, rowToMessage, rowToReply } from './conversation-rows.ts';
import { type ConversationContext, changing, type OpenConversation } from './open-conversation.ts';

type Verbs = Pick<
  ConversationStore,
  'claim' | 'workFor' | 'writePartial' | 'finish' | 'amendStopped' | 'append' | 'stop' | 'activeReplies'
>;
interface Limits {
  readonly messages: number;
  readonly characters: number;
}

export function replyVerbs(context: ConversationContext): Verbs {
  const { database, announce } = context;
  const replyRow = (session: Session, replyId: string) =>
    session.query('SELECT * FROM conversation_replies WHERE reply_id = $1', [replyId]);
  /** In the transaction of its conversation, under its lock. null: it has ended. */
  const ofReply = async <T>(
    replyId: string,
    work: (open: OpenConversation, reply: Reply) => Promise<T>,
  ): Promise<T | null> => {
    const [known] = await database.read((session) => replyRow(session, replyId));
    if (known === undefined) return null;
    return changing(context, String(known['conversation_id']), async (open) => {
      const [row] = await replyRow(open.session, replyId);
      return row === undefined ? null : work(open, rowToReply(row));
    });
  };
  return {
    claim: (replyId, limits) => ofReply(replyId, (open, reply) => claim(open, reply, limits)),
    workFor: (conversationId, messageId, limits) =>
      database.read(async (session) => {
        const [row] = await session.query('SELECT * FROM conversations WHERE conversation_id = $1', [
          conversationId,
        ]);
        const asked = await askedOf(session, conversationId, messageId, limits);
        if (row === undefined || asked === null) return null;
        return { conversation: rowToConversation(row), ...asked };
      }),
    writePartial: async (replyId, attempt, text) => {
      const conversationId = await database.write(async (session) => {
        const rows = await session.query(
          `UPDATE messages SET text = $1 WHERE reply_id = $2 AND status = 'streaming' AND message_id IN
             (SELECT message_id FROM conversation_replies WHERE reply_id = $2 AND attempt = $3)
           RETURNING conversation_id`,
          [text, replyId, attempt],
        );
        return rows[0] === undefined ? null : String(rows[0]['conversation_id']);
      });
      if (conversationId !== null) announce(conversationId, { kind: 'changed' });
      return conversationId !== null;
    },
    finish: (replyId, attempt, outcome) =>
      ofReply(replyId, async (open, reply) => {
        if (attempt !== null && reply.attempt !== attempt) return null;
        await dropReply(open, replyId);
        const found = await open.message(reply.messageId);
        if (found === null) return null;
        open.note(`message-${outcome.status}`, reply.messageId);
        return open.updateMessage(reply.messageId, {
          ...outcomeCells(outcome),
          version: found.message.version + 1,
          written_at: open.at,
        });
      }),
    amendStopped: async ({ conversationId, messageId, replyId }, { text, model, usage }) => {
      await changing(context, conversationId, async (open) => {
        const found = await open.message(messageId);
        if (found === null || found.row['reply_id'] !== replyId || found.message.status !== 'stopped') return;
        const cells = { model: model ?? '', usage: toJson(usage) ?? '' };
        await open.updateMessage(
          messageId,
          text.length > found.message.text.length ? { ...cells, text } : cells,
        );
        open.note('message-updated', messageId);
      });
    },
    append: (reply) => changing(context, reply.conversationId, (open) => append(open, reply)),
    stop: (conversationId) =>
      changing(context, conversationId, async (open) => {
        const ended = await activeOf(open);
        return { ended, messages: await stopReplies(open, ended) };
      }),
    activeReplies: ({ acceptedBefore, limit }) =>
      database.read(async (session) => {
        const rows = await session.query(
          `SELECT * FROM conversation_replies WHERE accepted_at <= $1
           ORDER BY accepted_at, reply_id LIMIT ${Math.trunc(limit)}`,
          [acceptedBefore],
        );
        return rows.map(rowToReply);
      }),
  };
}

async function claim(open: OpenConversation, reply: Reply, limits: Limits): Promise<ReplyWork | null> {
  const found = await open.message(reply.messageId);
  if (found === null) return null;
  const asked = await askedOf(open.session, open.id, found.message.reply_to ?? '', limits);
  if (asked === null) {
    await stopReplies(open, [reply]);
    return null;
  }
  const attempt = reply.attempt + 1;
  await open.session.query('UPDATE conversation_replies SET attempt = $2 WHERE reply_id = $1', [
    reply.replyId,
    attempt,
  ]);
  open.note(attempt === 1 ? 'message-started' : 'message-restarted', reply.messageId);
  const message = await open.updateMessage(reply.messageId, { status: 'streaming', text: '' });
  const { history } = asked;
  return { reply: { ...reply, attempt }, conversation: rowToConversation(open.row), message, history };
}

async function append(open: OpenConversation, reply: FinishedReply): Promise<Message | null> {
  const standing = await open.message(reply.messageId);
  if (standing !== null) return standing.message;
  if ((await open.message(reply.replyTo)) === null) return null;
  const cells = { ...outcomeCells(reply), reply_to: reply.replyTo, reply_count: 1 };
  return insertMessage(open, reply.messageId, 'assistant', cells);
}

function outcomeCells(outcome: ReplyOutcome): Row {
  return {
    status: outcome.status,
    text: outcome.text,
    model: outcome.model ?? '',
    exit: toJson(outcome.exit) ?? '',
    usage: toJson(outcome.usage) ?? '',
    demo_reason: outcome.demoReason ?? '',
    error: outcome.error ?? '',
  };
}

/** A question, and what was said up to it: the question comes last. null: it is gone. */
async function askedOf(
  session: Session,
  conversationId: string,
  messageId: string,
  limits: Limits,
): Promise<{ message: Message; history: Message[] } | null> {
  const [row] = await session.query('SELECT * FROM messages WHERE message_id = $1 AND conversation_id = $2', [
    messageId,
    conversationId,
  ]);
  if (row === undefined) return null;
  const message = rowToMessage(row);
  const before = await historyOf(session, conversationId, message.position, limits);
  return { message, history: [...before, message] };
}

/** Messages before a position, oldest first: of the newest as many as the limits allow, one at least. */
async function historyOf(
  session: Session,
  conversationId: string,
  before: number,
  { messages, characters }: Limits,
): Promise<Message[]> {
  const rows = await session.query(
    `SELECT * FROM messages WHERE conversation_id = $1 AND position < $2
     ORDER BY position DESC LIMIT ${Math.trunc(messages)}`,
    [conversationId, before],
  );
  let total = 0;
  const kept = rows.map(rowToMessage).filter((message, index) => {
    total += message.text.length;
    return index === 0 || total <= characters;
  });
  return kept.reverse();
}
