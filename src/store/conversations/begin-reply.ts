/** A reply is accepted: the assistant's message it fills, the row its worker goes by, its key and what it counts. */
import { isActive, type Message } from '../../core/conversation/message.ts';
import type { Reply } from '../../core/conversation/reply.ts';
import { AppError } from '../../core/errors.ts';
import type { NewReply } from '../../ports/conversation-store.ts';
import type { Row } from '../schema.ts';
import { deleteRunSecrets, secretToRow } from '../secret-storage.ts';
import { writeUses } from '../use-storage.ts';
import { messageToRow, rowToMessage, rowToReply } from './conversation-rows.ts';
import type { OpenConversation } from './open-conversation.ts';

export interface BegunReply {
  readonly reply: Message;
  readonly started: Reply;
}

/** Throws `conflict` while another one is made. */
export async function requireQuiet(open: OpenConversation): Promise<void> {
  const [other] = await activeOf(open);
  if (other !== undefined)
    throw new AppError(
      'conflict',
      `Message ${other.messageId} is still being answered: wait for it, or POST /conversations/${open.id}/stop`,
      { details: { message_id: other.messageId } },
    );
}

export async function activeOf(open: OpenConversation): Promise<Reply[]> {
  const rows = await open.session.query('SELECT * FROM conversation_replies WHERE conversation_id = $1', [
    open.id,
  ]);
  return rows.map(rowToReply);
}

/** The newest reply to a message; null when it has none. */
export async function replyTo(open: OpenConversation, messageId: string): Promise<Row | null> {
  const [row] = await open.session.query(
    'SELECT * FROM messages WHERE conversation_id = $1 AND reply_to = $2 ORDER BY position DESC',
    [open.id, messageId],
  );
  return row ?? null;
}

/** `standing`: the message whose text is made anew; null = a new one. The text that stood is kept as a revision. */
export async function beginReply(
  open: OpenConversation,
  reply: NewReply,
  question: string,
  standing: Row | null,
): Promise<BegunReply> {
  await requireQuiet(open);
  const number = Number(standing?.['reply_count'] ?? 0) + 1;
  const cells = { status: 'pending', reply_to: question, reply_id: reply.replyId, reply_count: number };
  const message =
    standing === null
      ? await insertMessage(open, reply.messageId, 'assistant', cells)
      : await emptied(open, standing, cells);
  const row = {
    reply_id: reply.replyId,
    conversation_id: open.id,
    message_id: message.message_id,
    number,
    user_id: open.userId,
    attempt: 0,
    options: JSON.stringify(reply.options),
    accepted_at: open.at,
  };
  await open.session.insert('conversation_replies', [row]);
  await open.session.insert('secrets', reply.secrets.map(secretToRow));
  await writeUses(open.session, reply.uses);
  return { reply: message, started: rowToReply(row) };
}

export async function insertMessage(
  open: OpenConversation,
  messageId: string,
  role: Message['role'],
  cells: Row,
): Promise<Message> {
  const place = { conversationId: open.id, messageId, position: open.takePosition(), role, at: open.at };
  const row = messageToRow(place, cells);
  await open.session.insert('messages', [row]);
  open.note('message-created', messageId);
  return rowToMessage(row);
}

async function emptied(open: OpenConversation, standing: Row, cells: Row): Promise<Message> {
  await keepRevision(open, standing);
  const messageId = String(standing['message_id']);
  open.note('message-updated', messageId);
  return open.updateMessage(messageId, {
    ...cells,
    text: '',
    version: Number(standing['version']) + 1,
    revision: Number(standing['revision']) + 1,
    model: '',
    exit: '',
    usage: '',
    demo_reason: '',
    error: '',
    written_at: open.at,
  });
}

export async function keepRevision(open: OpenConversation, standing: Row): Promise<void> {
  await open.session.insert('message_revisions', [
    {
      message_id: String(standing['message_id']),
      revision: Number(standing['revision']),
      conversation_id: open.id,
      text: String(standing['text']),
      status: String(standing['status']),
      model: String(standing['model']),
      exit: String(standing['exit']),
      created_at: String(standing['written_at']),
    },
  ]);
}

/** Ends replies in the conversation's own transaction: nobody writes them any more. Their messages keep their text. */
export async function stopReplies(open: OpenConversation, replies: readonly Reply[]): Promise<Message[]> {
  const stopped: Message[] = [];
  if (replies.length > 0) open.tell({ kind: 'ended', replyIds: replies.map(({ replyId }) => replyId) });
  for (const reply of replies) {
    await dropReply(open, reply.replyId);
    const found = await open.message(reply.messageId);
    if (found === null || !isActive(found.message.status)) continue;
    open.note('message-stopped', reply.messageId);
    const version = found.message.version + 1;
    stopped.push(await open.updateMessage(reply.messageId, { status: 'stopped', version }));
  }
  return stopped;
}

/** The row and the key: in the transaction of the reply's end. */
export async function dropReply(open: OpenConversation, replyId: string): Promise<void> {
  await open.session.query('DELETE FROM conversation_replies WHERE reply_id = $1', [replyId]);
  await deleteRunSecrets(open.session, [replyId]);
}
