/** `messages.create`, `messages.update`, `messages.regenerate`: what a user says, and the replies that asks for. */
import { z } from 'zod';
import { cleanMessage } from '../../core/conversation/clean-text.ts';
import type { Conversation } from '../../core/conversation/conversation.ts';
import { MESSAGE_ROLES, type Message, messageSchema } from '../../core/conversation/message.ts';
import { titleOf } from '../../core/conversation/title-of.ts';
import { AppError } from '../../core/errors.ts';
import { uuidV7 } from '../../core/ids.ts';
import type { Exchange } from '../../ports/conversation-store.ts';
import { acceptReply } from '../conversations/accept-reply.ts';
import {
  noConversation,
  noMessage,
  requireOwnConversation,
  requireOwnMessage,
  versionOf,
} from '../conversations/own-conversation.ts';
import { type Call, defineMethod } from '../method.ts';
import { idempotently } from '../rpc/idempotent.ts';

const MOST_TEXT = 32_000;
const MOST_MODEL = 200;
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
const conversationId = z.string().min(1).max(100);
const messageId = z.string().min(1).max(100);
const text = z.string().describe(`What you say; at most ${MOST_TEXT} characters`);
const model = z
  .string()
  .max(MOST_MODEL)
  .nullish()
  .describe("Whom to ask this time, instead of the conversation's model");
const useDemo = z.boolean().nullish().describe('Have the reply written by rules, ask no model');

const exchangeResult = z.object({
  message: messageSchema,
  reply: messageSchema
    .nullable()
    .describe("The assistant's message, pending: follow GET /conversations/{id}/events, or read it again"),
});
type ExchangeAnswer = z.infer<typeof exchangeResult>;
const etag = (result: unknown) => String((result as ExchangeAnswer).message.version);
const locationOf = (result: unknown) => {
  const { conversation_id, message_id } = (result as ExchangeAnswer).message;
  return `/conversations/${conversation_id}/messages/${message_id}`;
};

const createParams = z.object({
  conversation_id: conversationId,
  text,
  role: z.string().max(50).nullish().describe('user; assistants speak for themselves'),
  reply: z.boolean().nullish().describe('false: only keep it, answer nothing. Default true'),
  model,
  use_demo: useDemo,
});

export const messagesCreate = defineMethod<z.infer<typeof createParams>>({
  ...shared,
  name: 'messages.create',
  title: 'Say Something',
  description:
    'Adds a message of yours and starts the reply to it, which is written in the background. X-LLM-API-KEY pays for it where it is sent.',
  category: 'agent_action',
  tags: ['message', 'create', 'llm'],
  params: createParams,
  result: exchangeResult,
  errors: ['not_found', 'forbidden', 'conflict'],
  rest: { verb: 'POST', path: PATH, status: 201, tag: TAG, versionOf: etag, locationOf },
  examples: [
    {
      name: 'a question',
      params: { conversation_id: EXAMPLE.conversation_id, text: 'What is a task tree?' },
    },
  ],
  handle: async (params, call) => {
    checkRole(params.role);
    const said = cleanMessage('text', params.text, MOST_TEXT);
    const conversation = await requireOwnConversation(call, params.conversation_id);
    return idempotently<ExchangeAnswer>(call, 'messages.create', params, {
      perform: async (record) => {
        const id = uuidV7();
        const wish =
          params.reply === false ? null : { conversation, model: params.model, useDemo: params.use_demo };
        return acceptReply(call, wish, async (reply) => {
          const exchange = await call.deps.store.conversations.post({
            conversationId: conversation.conversation_id,
            messageId: id,
            text: said,
            title: titleOf(said),
            reply,
            idempotency: record({ message_id: id, reply_id: reply?.messageId ?? null }),
          });
          if (exchange === null) throw noConversation(conversation.conversation_id);
          return exchange;
        }).then(answerOf);
      },
      replay: async (answer) => {
        const message = await storedMessage(call, conversation, answer['message_id']);
        if (message === null) throw noMessage(String(answer['message_id']));
        return { message, reply: await storedMessage(call, conversation, answer['reply_id']) };
      },
    });
  },
});

function checkRole(role: string | null | undefined): void {
  if (role === null || role === undefined || role === 'user') return;
  const details = { details: { field: 'role' } };
  if ((MESSAGE_ROLES as readonly string[]).includes(role))
    throw new AppError('forbidden', `role: you may write as user only, not as ${role}`, details);
  throw new AppError('invalid_params', 'role must be user', details);
}

const updateParams = z.object({
  conversation_id: conversationId,
  message_id: messageId,
  text,
  regenerate: z.boolean().nullish().describe('Have the reply to it made anew. Default false'),
  model,
  use_demo: useDemo,
});

export const messagesUpdate = defineMethod<z.infer<typeof updateParams>>({
  ...shared,
  name: 'messages.update',
  title: 'Edit Message',
  description:
    'Another text for a message of yours. The one before is kept and can be read with messages.revisions.',
  category: 'crud',
  tags: ['message', 'update'],
  params: updateParams,
  result: exchangeResult,
  errors: ['not_found', 'forbidden', 'conflict', 'precondition_failed'],
  rest: { verb: 'PUT', path: `${PATH}/:message_id`, tag: TAG, versionOf: etag },
  examples: [{ name: 'and answer anew', params: { ...EXAMPLE, text: 'What is a run?', regenerate: true } }],
  handle: async (params, call) => {
    const said = cleanMessage('text', params.text, MOST_TEXT);
    const { conversation, message } = await requireOwnMessage(
      call,
      params.conversation_id,
      params.message_id,
    );
    if (message.role !== 'user')
      throw new AppError(
        'forbidden',
        `You may edit what you said, not what the ${message.role} said: regenerate it`,
      );
    const wish =
      params.regenerate === true ? { conversation, model: params.model, useDemo: params.use_demo } : null;
    return acceptReply(call, wish, (reply) =>
      found(message, call.deps.store.conversations.edit({ ...changeOf(call, message), text: said, reply })),
    ).then(answerOf);
  },
});

const regenerateParams = z.object({
  conversation_id: conversationId,
  message_id: messageId,
  model,
  use_demo: useDemo,
});

export const messagesRegenerate = defineMethod<z.infer<typeof regenerateParams>>({
  ...shared,
  name: 'messages.regenerate',
  title: 'Regenerate Reply',
  description:
    'Makes a reply anew: name it, or the message it answers. The text before is kept. X-LLM-API-KEY pays for it where it is sent.',
  category: 'agent_action',
  tags: ['message', 'regenerate', 'llm'],
  params: regenerateParams,
  result: exchangeResult,
  errors: ['not_found', 'conflict', 'precondition_failed'],
  rest: { verb: 'POST', path: `${PATH}/:message_id/regenerate`, status: 202, tag: TAG, versionOf: etag },
  examples: [{ name: 'with another model', params: { ...EXAMPLE, model: 'gpt-4o-mini' } }],
  handle: async (params, call) => {
    const { conversation, message } = await requireOwnMessage(
      call,
      params.conversation_id,
      params.message_id,
    );
    return idempotently<ExchangeAnswer>(call, 'messages.regenerate', params, {
      perform: (record) => {
        const wish = { conversation, model: params.model, useDemo: params.use_demo };
        return acceptReply(call, wish, (reply) => {
          if (reply === null) throw new AppError('unavailable', 'This server makes no replies');
          const idempotency = record({ message_id: message.message_id });
          const change = { ...changeOf(call, message), reply, idempotency };
          return found(message, call.deps.store.conversations.regenerate(change));
        }).then(answerOf);
      },
      replay: async (answer) => {
        const current = await requireOwnMessage(call, params.conversation_id, params.message_id);
        return {
          message: current.message,
          reply: await storedMessage(call, conversation, answer['reply_id']),
        };
      },
    });
  },
});

function changeOf(call: Call, message: Message) {
  return {
    conversationId: message.conversation_id,
    messageId: message.message_id,
    version: versionOf(call),
  };
}

/** By the id in a key's answer. */
async function storedMessage(
  call: Call,
  { conversation_id }: Conversation,
  id: unknown,
): Promise<Message | null> {
  return typeof id === 'string' ? call.deps.store.conversations.message(conversation_id, id) : null;
}

/** It may have been deleted since it was looked at. */
async function found(message: Message, exchange: Promise<Exchange | null>): Promise<Exchange> {
  const done = await exchange;
  if (done === null) throw noMessage(message.message_id);
  return done;
}

function answerOf({ message, reply }: Exchange): ExchangeAnswer {
  return { message, reply };
}
