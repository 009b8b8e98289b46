/** The verbs on conversations as a whole, and on their events. */
import type { Reply } from '../../core/conversation/reply.ts';
import { AppError } from '../../core/errors.ts';
import type { ConversationStore } from '../../ports/conversation-store.ts';
import { insertIdempotency } from '../accept-runs.ts';
import { deleteRunSecrets } from '../secret-storage.ts';
import type { Parameter, Session } from '../session.ts';
import {
  conversationToRow,
  fieldCells,
  rowToConversation,
  rowToConversationEvent,
  rowToReply,
} from './conversation-rows.ts';
import { type ConversationContext, changing, lockedRow, requireVersion } from './open-conversation.ts';

type Verbs = Pick<ConversationStore, 'create' | 'get' | 'list' | 'update' | 'delete' | 'removeOf' | 'events'>;

export function conversationVerbs(context: ConversationContext): Verbs {
  const { database } = context;
  return {
    create: (conversation, most, idempotency) =>
      database.write(async (session) => {
        const { user_id } = conversation;
        const [row] = await session.query(
          'SELECT CAST(count(*) AS integer) AS total FROM conversations WHERE user_id = $1',
          [user_id],
        );
        if (Number(row?.['total'] ?? 0) >= most)
          throw new AppError(
            'conflict',
            `You have ${most} conversations, which is the most one user may have: delete one first`,
          );
        await session.insert('conversations', [conversationToRow(conversation)]);
        if (idempotency !== undefined) await insertIdempotency(session, [idempotency]);
      }),
    get: (conversationId) =>
      database.read(async (session) => {
        const [row] = await session.query('SELECT * FROM conversations WHERE conversation_id = $1', [
          conversationId,
        ]);
        return row === undefined ? null : rowToConversation(row);
      }),
    list: ({ userId, before, limit }) =>
      database.read(async (session) => {
        const parameters: Parameter[] = [];
        const parts = ['1 = 1'];
        if (userId !== undefined) parts.push(`user_id = $${parameters.push(userId)}`);
        if (before !== undefined) parts.push(`conversation_id < $${parameters.push(before)}`);
        const rows = await session.query(
          `SELECT * FROM conversations WHERE ${parts.join(' AND ')}
           ORDER BY conversation_id DESC LIMIT ${Math.trunc(limit)}`,
          parameters,
        );
        return rows.map(rowToConversation);
      }),
    update: (conversationId, fields, version) =>
      changing(context, conversationId, async (open) => {
        requireVersion(open.row, version, `Conversation ${conversationId}`);
        open.set({ ...fieldCells(fields), version: Number(open.row['version']) + 1 });
        open.note('conversation-updated', null);
        return rowToConversation(open.after());
      }),
    delete: (conversationId, version) =>
      database.write(async (session) => {
        const row = await lockedRow(session, conversationId);
        if (row === null) return null;
        requireVersion(row, version, `Conversation ${conversationId}`);
        return remove(context, session, [conversationId]);
      }),
    removeOf: (userIds) =>
      database.write(async (session) => {
        const rows = await session.query(
          'SELECT conversation_id FROM conversations WHERE user_id IN (SELECT unnest($1::text[]))',
          [userIds],
        );
        const ids = rows.map((row) => String(row['conversation_id']));
        if (ids.length > 0) await remove(context, session, ids);
      }),
    events: (conversationId, afterSeq, limit) =>
      database.read(async (session) => {
        const rows = await session.query(
          `SELECT * FROM conversation_events WHERE conversation_id = $1 AND seq > $2
           ORDER BY seq LIMIT ${Math.trunc(limit)}`,
          [conversationId, afterSeq],
        );
        return rows.map(rowToConversationEvent);
      }),
  };
}

async function remove(
  { announce }: ConversationContext,
  session: Session,
  conversationIds: readonly string[],
): Promise<Reply[]> {
  const among = 'WHERE conversation_id IN (SELECT unnest($1::text[]))';
  const active = await session.query(`SELECT * FROM conversation_replies ${among}`, [conversationIds]);
  const replies = active.map(rowToReply);
  await deleteRunSecrets(
    session,
    replies.map(({ replyId }) => replyId),
  );
  for (const table of TABLES) await session.query(`DELETE FROM ${table} ${among}`, [conversationIds]);
  session.afterCommit(() => {
    for (const conversationId of conversationIds) announce(conversationId, { kind: 'deleted' });
  });
  return replies;
}

const TABLES = [
  'conversation_replies',
  'conversation_events',
  'message_revisions',
  'messages',
  'conversations',
] as const;
