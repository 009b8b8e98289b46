/** `messages.*`: what is said in a conversation. Callers write as `user`; assistants' messages come from replies. */
import { z } from 'zod';
import { type Message, messageRevisionSchema, messageSchema } from '../../core/conversation/message.ts';
import {
  noMessage,
  requireOwnConversation,
  requireOwnMessage,
  versionOf,
} from '../conversations/own-conversation.ts';
import {
  decodeNumber,
  encodeCursor,
  limitOf,
  nextCursor,
  pageCursor,
  pageLimit,
  pageOf,
} from '../conversations/page-cursor.ts';
import { defineMethod } from '../method.ts';

const TAG = 'conversations';
const PATH = '/conversations/:conversation_id/messages';
const EXAMPLE = {
  conversation_id: '019aa000-0000-7000-8000-000000000000',
  message_id: '019aa000-0000-7000-8000-000000000001',
};
const shared = {
  scope: 'tasks',
  bodyLimit: 'small',
  auth: { ownership: 'own-conversations' },
} as const;
const idParams = z.object({
  conversation_id: z.string().min(1).max(100),
  message_id: z.string().min(1).max(100),
});
const etag = (result: unknown) => String((result as Message).version);

const listParams = idParams.pick({ conversation_id: true }).extend({
  limit: pageLimit,
  cursor: pageCursor,
  order: z
    .enum(['asc', 'desc'])
    .nullish()
    .describe('asc (default): from the beginning; desc: the newest first'),
});

export const messagesList = defineMethod<z.infer<typeof listParams>>({
  ...shared,
  name: 'messages.list',
  title: 'List Messages',
  description: 'What was said in a conversation, in pages.',
  category: 'query',
  tags: ['message', 'list'],
  params: listParams,
  result: z.object({ messages: z.array(messageSchema), next_cursor: nextCursor }),
  errors: ['not_found'],
  rest: { verb: 'GET', path: PATH, tag: TAG },
  examples: [{ name: 'the newest', params: { conversation_id: EXAMPLE.conversation_id, order: 'desc' } }],
  handle: async (params, call) => {
    const { conversation_id: id } = await requireOwnConversation(call, params.conversation_id);
    const order = params.order ?? 'asc';
    const kind = `message-${order}`;
    const limit = limitOf(params.limit);
    const beyond = decodeNumber(kind, params.cursor);
    const page = { order, limit: limit + 1, ...(beyond === undefined ? {} : { beyond }) };
    const list = await call.deps.store.conversations.messages(id, page);
    const { items, next } = pageOf(list, limit, (last) => encodeCursor(kind, String(last.position)));
    return { messages: items, next_cursor: next };
  },
});

export const messagesGet = defineMethod<z.infer<typeof idParams>>({
  ...shared,
  name: 'messages.get',
  title: 'Get Message',
  description: 'One message; of a reply under way as far as it has come.',
  category: 'query',
  tags: ['message', 'get'],
  params: idParams,
  result: messageSchema,
  errors: ['not_found'],
  rest: { verb: 'GET', path: `${PATH}/:message_id`, tag: TAG, versionOf: etag },
  examples: [{ name: 'by id', params: EXAMPLE }],
  handle: async (params, call) =>
    (await requireOwnMessage(call, params.conversation_id, params.message_id)).message,
});

export const messagesDelete = defineMethod<z.infer<typeof idParams>>({
  ...shared,
  name: 'messages.delete',
  title: 'Delete Message',
  description: 'Removes a message with its earlier texts. A reply to it that is under way is stopped.',
  category: 'crud',
  tags: ['message', 'delete'],
  params: idParams,
  result: z.object({ deleted: z.literal(true), message_id: z.string() }),
  errors: ['not_found', 'precondition_failed'],
  isDestructive: true,
  rest: { verb: 'DELETE', path: `${PATH}/:message_id`, status: 204, tag: TAG },
  examples: [{ name: 'by id', params: EXAMPLE }],
  handle: async (params, call) => {
    const { conversation_id: conversationId, message_id: messageId } = params;
    await requireOwnMessage(call, conversationId, messageId);
    const change = { conversationId, messageId, version: versionOf(call) };
    const ended = await call.deps.store.conversations.deleteMessage(change);
    if (ended === null) throw noMessage(messageId);
    await call.deps.replies?.cancel(ended);
    return { deleted: true, message_id: messageId };
  },
});

const revisionsParams = idParams.extend({ limit: pageLimit, cursor: pageCursor });

export const messagesRevisions = defineMethod<z.infer<typeof revisionsParams>>({
  ...shared,
  name: 'messages.revisions',
  title: 'Message Revisions',
  description: 'All texts a message has had, the newest first: edits, and replies that were made anew.',
  category: 'query',
  tags: ['message', 'history'],
  params: revisionsParams,
  result: z.object({ revisions: z.array(messageRevisionSchema), next_cursor: nextCursor }),
  errors: ['not_found'],
  rest: { verb: 'GET', path: `${PATH}/:message_id/revisions`, tag: TAG },
  examples: [{ name: 'by id', params: EXAMPLE }],
  handle: async (params, call) => {
    const { message } = await requireOwnMessage(call, params.conversation_id, params.message_id);
    const limit = limitOf(params.limit);
    const before = decodeNumber('revision', params.cursor);
    const page = { limit: limit + 1, ...(before === undefined ? {} : { before }) };
    const list = await call.deps.store.conversations.revisions(message.message_id, page);
    const { items, next } = pageOf(list, limit, (last) => encodeCursor('revision', String(last.revision)));
    return { revisions: items, next_cursor: next };
  },
});
