/** The verbs on messages. */
import type { MessageRevision } from '../../core/conversation/message.ts';
import { AppError } from '../../core/errors.ts';
import type { ConversationStore, Exchange } from '../../ports/conversation-store.ts';
import { insertIdempotency } from '../accept-runs.ts';
import { fromJson } from '../rows.ts';
import type { Row } from '../schema.ts';
import type { Parameter } from '../session.ts';
import {
  activeOf,
  type BegunReply,
  beginReply,
  dropReply,
  insertMessage,
  keepRevision,
  replyTo,
  requireQuiet,
  stopReplies,
} from './begin-reply.ts';
import { rowToMessage } from './conversation-rows.ts';
import {
  type ConversationContext,
  changing,
  type OpenConversation,
  requireVersion,
} from './open-conversation.ts';

type Verbs = Pick<
  ConversationStore,
  'post' | 'message' | 'messages' | 'edit' | 'regenerate' | 'deleteMessage' | 'revisions'
>;

export function messageVerbs(context: ConversationContext): Verbs {
  const { database } = context;
  return {
    post: (input) =>
      changing(context, input.conversationId, async (open): Promise<Exchange> => {
        if (input.reply !== null) await requireQuiet(open);
        if (input.idempotency !== undefined) await insertIdempotency(open.session, [input.idempotency]);
        const message = await insertMessage(open, input.messageId, 'user', { text: input.text });
        if (open.row['title'] === '') open.set({ title: input.title });
        if (input.reply === null) return { message, ...NO_REPLY };
        return { message, ...(await beginReply(open, input.reply, input.messageId, null)), ended: [] };
      }),
    message: (conversationId, messageId) =>
      database.read(async (session) => {
        const [row] = await session.query(
          'SELECT * FROM messages WHERE message_id = $1 AND conversation_id = $2',
          [messageId, conversationId],
        );
        return row === undefined ? null : rowToMessage(row);
      }),
    messages: (conversationId, { order, beyond, limit }) =>
      database.read(async (session) => {
        const parameters: Parameter[] = [conversationId];
        const where = beyond === undefined ? '' : `AND position ${order === 'asc' ? '>' : '<'} $2`;
        if (beyond !== undefined) parameters.push(beyond);
        const rows = await session.query(
          `SELECT * FROM messages WHERE conversation_id = $1 ${where}
           ORDER BY position ${order === 'asc' ? 'ASC' : 'DESC'} LIMIT ${Math.trunc(limit)}`,
          parameters,
        );
        return rows.map(rowToMessage);
      }),
    edit: (change) =>
      changing(context, change.conversationId, async (open) => {
        const found = await open.message(change.messageId);
        if (found === null) return null;
        requireVersion(found.row, change.version, `Message ${change.messageId}`);
        await keepRevision(open, found.row);
        open.note('message-updated', change.messageId);
        const message = await open.updateMessage(change.messageId, {
          text: change.text,
          version: found.message.version + 1,
          revision: found.message.revision + 1,
          written_at: open.at,
        });
        if (change.reply === null) return { message, ...NO_REPLY };
        const standing = await replyTo(open, change.messageId);
        const begun = await beginReply(open, change.reply, change.messageId, standing);
        return { message, ...begun, ended: [] };
      }),
    regenerate: (change) =>
      changing(context, change.conversationId, async (open) => {
        const found = await open.message(change.messageId);
        if (found === null) return null;
        requireVersion(found.row, change.version, `Message ${change.messageId}`);
        const begun = await begunAnew(open, found.row, change.reply);
        if (change.idempotency !== undefined) {
          const answer = { ...change.idempotency.answer, reply_id: begun.reply.message_id };
          await insertIdempotency(open.session, [{ ...change.idempotency, answer }]);
        }
        const message = (await open.message(change.messageId))?.message ?? found.message;
        return { message, ...begun, ended: [] };
      }),
    deleteMessage: ({ conversationId, messageId, version }) =>
      changing(context, conversationId, async (open) => {
        const found = await open.message(messageId);
        if (found === null) return null;
        requireVersion(found.row, version, `Message ${messageId}`);
        return deleteMessage(open, messageId);
      }),
    revisions: (messageId, { before, limit }) =>
      database.read(async (session) => {
        const [row] = await session.query('SELECT * FROM messages WHERE message_id = $1', [messageId]);
        if (row === undefined) return [];
        const kept = await session.query(
          `SELECT * FROM message_revisions WHERE message_id = $1 AND revision < $2
           ORDER BY revision DESC LIMIT ${Math.trunc(limit)}`,
          [messageId, before ?? Number(row['revision'])],
        );
        const current = before === undefined ? [toRevision(row, true)] : [];
        return [...current, ...kept.map((other) => toRevision(other, false))].slice(0, limit);
      }),
  };
}

const NO_REPLY = { reply: null, started: null, ended: [] } as const;

async function begunAnew(
  open: OpenConversation,
  named: Row,
  reply: Parameters<typeof beginReply>[1],
): Promise<BegunReply> {
  const messageId = String(named['message_id']);
  if (named['role'] === 'user') return beginReply(open, reply, messageId, await replyTo(open, messageId));
  const question = String(named['reply_to']);
  if (named['role'] !== 'assistant' || question === '')
    throw new AppError('conflict', `Message ${messageId} answers no other: there is nothing to make anew`);
  if ((await open.message(question)) === null)
    throw new AppError('conflict', `The message that ${messageId} answers is deleted: say it again instead`);
  return beginReply(open, reply, question, named);
}

/** What answers it, or what it would have become, is not written any further. */
async function deleteMessage(open: OpenConversation, messageId: string) {
  const standing = await replyTo(open, messageId);
  const active = await activeOf(open);
  const ended = active.filter(
    (reply) => reply.messageId === messageId || reply.messageId === standing?.['message_id'],
  );
  await stopReplies(
    open,
    ended.filter((reply) => reply.messageId !== messageId),
  );
  for (const reply of ended) await dropReply(open, reply.replyId);
  if (ended.length > 0) open.tell({ kind: 'ended', replyIds: ended.map(({ replyId }) => replyId) });
  for (const table of ['message_revisions', 'messages'])
    await open.session.query(`DELETE FROM ${table} WHERE message_id = $1`, [messageId]);
  open.removed();
  open.note('message-deleted', messageId);
  return ended;
}

function toRevision(row: Row, isCurrent: boolean): MessageRevision {
  return {
    message_id: String(row['message_id']),
    revision: Number(row['revision']),
    text: String(row['text']),
    status: row['status'] as MessageRevision['status'],
    model: row['model'] === '' ? null : String(row['model']),
    exit: fromJson<NonNullable<MessageRevision['exit']>>(row['exit']),
    created_at: String(isCurrent ? row['written_at'] : row['created_at']),
    is_current: isCurrent,
  };
}
