/** `conversations.*`: threads of messages that belong to one user. Their messages are in messages.ts. */
import { z } from 'zod';
import type { Conversation } from '../../core/conversation/conversation.ts';
import { conversationSchema } from '../../core/conversation/conversation.ts';
import { messageSchema } from '../../core/conversation/message.ts';
import { uuidV7 } from '../../core/ids.ts';
import { isoMicros } from '../../core/time.ts';
import { allFields, fieldParams, givenFields } from '../conversations/conversation-fields.ts';
import { noConversation, requireOwnConversation, versionOf } from '../conversations/own-conversation.ts';
import {
  decodeCursor,
  encodeCursor,
  limitOf,
  nextCursor,
  pageCursor,
  pageLimit,
  pageOf,
} from '../conversations/page-cursor.ts';
import { type Call, defineMethod } from '../method.ts';
import { idempotently } from '../rpc/idempotent.ts';
import { scopeUser } from './own.ts';
import { userIdParam } from './param.ts';

/** Far more than anybody looks through; keeps one user from filling the disk. */
const MOST_CONVERSATIONS = 2_000;
const TAG = 'conversations';
const PATH = '/conversations/:conversation_id';
const EXAMPLE_ID = '019aa000-0000-7000-8000-000000000000';

const shared = {
  scope: 'tasks',
  bodyLimit: 'small',
  auth: { ownership: 'own-conversations' },
} as const;
const conversationId = z.string().min(1).max(100);
const etag = (result: unknown) => String((result as Conversation).version);

const createParams = z.object(fieldParams);

export const conversationsCreate = defineMethod<z.infer<typeof createParams>>({
  ...shared,
  name: 'conversations.create',
  title: 'Create Conversation',
  description: 'A new conversation of yours, without messages.',
  category: 'crud',
  tags: ['conversation', 'create'],
  params: createParams,
  result: conversationSchema,
  errors: ['conflict'],
  rest: {
    verb: 'POST',
    path: '/conversations',
    status: 201,
    tag: TAG,
    versionOf: etag,
    locationOf: (result) => `/conversations/${(result as Conversation).conversation_id}`,
  },
  examples: [
    { name: 'with a system prompt', params: { title: 'Travel', system_prompt: 'Answer in one sentence.' } },
  ],
  handle: (params, call) => {
    const fields = allFields(params);
    return idempotently<Conversation>(call, 'conversations.create', params, {
      perform: async (record) => {
        const made = newConversation(call, fields);
        const idempotency = record({ conversation_id: made.conversation_id });
        await call.deps.store.conversations.create(made, MOST_CONVERSATIONS, idempotency);
        call.deps.metrics?.observeConversation();
        return made;
      },
      replay: (answer) => requireOwnConversation(call, String(answer['conversation_id'])),
    });
  },
});

function newConversation(call: Call, fields: ReturnType<typeof allFields>): Conversation {
  const id = uuidV7();
  const at = isoMicros(call.deps.clock.now());
  return {
    conversation_id: id,
    user_id: call.identity.userId,
    ...fields,
    message_count: 0,
    version: 1,
    last_event_id: `${id}:0`,
    created_at: at,
    updated_at: at,
  };
}

const listParams = z.object({ limit: pageLimit, cursor: pageCursor, user_id: userIdParam });
const listResult = z.object({ conversations: z.array(conversationSchema), next_cursor: nextCursor });

export const conversationsList = defineMethod<z.infer<typeof listParams>>({
  ...shared,
  name: 'conversations.list',
  title: 'List Conversations',
  description: 'Your own conversations, the newest first, in pages.',
  category: 'query',
  tags: ['conversation', 'list'],
  params: listParams,
  result: listResult,
  errors: ['forbidden'],
  rest: { verb: 'GET', path: '/conversations', tag: TAG },
  examples: [{ name: 'the newest', params: { limit: 10 } }],
  handle: async (params, call) => {
    const { identity, deps } = call;
    const limit = limitOf(params.limit);
    const before = decodeCursor('conversation', params.cursor);
    const list = await deps.store.conversations.list({
      // An admin's own too, unless somebody is named: a list of everybody's is nobody's.
      userId: scopeUser(identity, params.user_id, 'list conversations of') ?? identity.userId,
      limit: limit + 1,
      ...(before === undefined ? {} : { before }),
    });
    const { items, next } = pageOf(list, limit, (last) => encodeCursor('conversation', last.conversation_id));
    return { conversations: items, next_cursor: next };
  },
});

const idParams = z.object({ conversation_id: conversationId });

export const conversationsGet = defineMethod<z.infer<typeof idParams>>({
  ...shared,
  name: 'conversations.get',
  title: 'Get Conversation',
  description: 'One conversation, without its messages.',
  category: 'query',
  tags: ['conversation', 'get'],
  params: idParams,
  result: conversationSchema,
  errors: ['not_found'],
  rest: { verb: 'GET', path: PATH, tag: TAG, versionOf: etag },
  examples: [{ name: 'by id', params: { conversation_id: EXAMPLE_ID } }],
  handle: (params, call) => requireOwnConversation(call, params.conversation_id),
});

const changeParams = idParams.extend(fieldParams);
type ChangeParams = z.infer<typeof changeParams>;
const change = { ...shared, category: 'crud', params: changeParams, result: conversationSchema } as const;
const changeErrors = ['not_found', 'precondition_failed'];

export const conversationsReplace = defineMethod<ChangeParams>({
  ...change,
  name: 'conversations.replace',
  title: 'Replace Conversation',
  description: 'Sets all that a client may set; what is left out has its default again. Messages stay.',
  tags: ['conversation', 'update'],
  errors: changeErrors,
  rest: { verb: 'PUT', path: PATH, tag: TAG, versionOf: etag },
  examples: [{ name: 'another title', params: { conversation_id: EXAMPLE_ID, title: 'Holidays' } }],
  handle: (params, call) => changed(call, params, allFields(params)),
});

export const conversationsUpdate = defineMethod<ChangeParams>({
  ...change,
  name: 'conversations.update',
  title: 'Update Conversation',
  description: 'Sets what is given and leaves the rest; null empties a field.',
  tags: ['conversation', 'update'],
  errors: changeErrors,
  rest: { verb: 'PATCH', path: PATH, tag: TAG, versionOf: etag },
  examples: [{ name: 'another model', params: { conversation_id: EXAMPLE_ID, model: 'gpt-4o-mini' } }],
  handle: (params, call) => changed(call, params, givenFields(params)),
});

async function changed(
  call: Call,
  params: ChangeParams,
  fields: ReturnType<typeof givenFields>,
): Promise<Conversation> {
  const { conversation_id: id } = params;
  const before = await requireOwnConversation(call, id);
  const version = versionOf(call);
  if (Object.keys(fields).length === 0 && version === null) return before;
  const after = await call.deps.store.conversations.update(id, fields, version);
  if (after === null) throw noConversation(id);
  return after;
}

const deleteResult = z.object({ deleted: z.literal(true), conversation_id: z.string() });

export const conversationsDelete = defineMethod<z.infer<typeof idParams>>({
  ...shared,
  name: 'conversations.delete',
  title: 'Delete Conversation',
  description:
    'Removes it with its messages, their earlier texts and what is being answered. Nothing is kept.',
  category: 'crud',
  tags: ['conversation', 'delete'],
  params: idParams,
  result: deleteResult,
  errors: changeErrors,
  isDestructive: true,
  rest: { verb: 'DELETE', path: PATH, status: 204, tag: TAG },
  examples: [{ name: 'by id', params: { conversation_id: EXAMPLE_ID } }],
  handle: async (params, call) => {
    const { conversation_id: id } = params;
    await requireOwnConversation(call, id);
    const ended = await call.deps.store.conversations.delete(id, versionOf(call));
    if (ended === null) throw noConversation(id);
    await call.deps.replies?.cancel(ended);
    return { deleted: true, conversation_id: id };
  },
});

const stopResult = z.object({
  conversation_id: z.string(),
  stopped: z.array(messageSchema).describe('Replies that were under way; what was written of them stays'),
});

export const conversationsStop = defineMethod<z.infer<typeof idParams>>({
  ...shared,
  name: 'conversations.stop',
  title: 'Stop Reply',
  description:
    'Ends the reply that is under way. What was written of it stays. Nothing under way is no fault.',
  category: 'agent_action',
  tags: ['conversation', 'stop'],
  params: idParams,
  result: stopResult,
  errors: ['not_found'],
  rest: { verb: 'POST', path: `${PATH}/stop`, tag: TAG },
  examples: [{ name: 'by id', params: { conversation_id: EXAMPLE_ID } }],
  handle: async (params, call) => {
    const { conversation_id: id } = await requireOwnConversation(call, params.conversation_id);
    const stopped = await call.deps.store.conversations.stop(id);
    if (stopped === null) throw noConversation(id);
    await call.deps.replies?.cancel(stopped.ended);
    return { conversation_id: id, stopped: [...stopped.messages] };
  },
});
