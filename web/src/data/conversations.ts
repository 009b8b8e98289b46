/** Conversations with the assistant, their messages, and what can be asked of them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Conversation } from '../../../src/core/conversation/conversation.ts';
import type { Message, MessageRevision } from '../../../src/core/conversation/message.ts';
import { rest } from './rest.ts';

interface ConversationPage {
  readonly conversations: readonly Conversation[];
  readonly next_cursor: string | null;
}
interface MessagePage {
  readonly messages: readonly Message[];
  readonly next_cursor: string | null;
}
export interface Exchange {
  readonly message: Message;
  readonly reply: Message | null;
}
export type ConversationSettings = Partial<Pick<Conversation, 'title' | 'system_prompt' | 'model'>>;

const KEY = 'conversations';
const PAGE = 30;

const pathOf = (id: string) => `/conversations/${encodeURIComponent(id)}`;
const messagePath = ({ conversation_id: id, message_id: messageId }: Message) =>
  `${pathOf(id)}/messages/${encodeURIComponent(messageId)}`;
const once = () => ({ 'idempotency-key': crypto.randomUUID() });
const cursorOf = (cursor: string) => (cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`);

export const conversations = {
  key: [KEY],
  list: infiniteQueryOptions({
    queryKey: [KEY, 'list'],
    queryFn: ({ pageParam, signal }) =>
      rest<ConversationPage>(`/conversations?limit=${PAGE}${cursorOf(pageParam)}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  }),
  one: (id: string) =>
    queryOptions({
      queryKey: [KEY, id, 'facts'],
      queryFn: ({ signal }) => rest<Conversation>(pathOf(id), { signal }),
    }),
  /** The newest page first, the newest message of a page first. */
  messages: (id: string) =>
    infiniteQueryOptions({
      queryKey: [KEY, id, 'messages'],
      queryFn: ({ pageParam, signal }) =>
        rest<MessagePage>(`${pathOf(id)}/messages?order=desc&limit=${PAGE}${cursorOf(pageParam)}`, {
          signal,
        }),
      initialPageParam: '',
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    }),
  revisions: (message: Message) =>
    queryOptions({
      queryKey: [KEY, message.conversation_id, 'revisions', message.message_id, message.revision],
      queryFn: ({ signal }) =>
        rest<{ revisions: readonly MessageRevision[] }>(`${messagePath(message)}/revisions?limit=50`, {
          signal,
        }),
    }),
  eventsPath: (id: string) => `${pathOf(id)}/events`,
  create: () => rest<Conversation>('/conversations', { body: {}, headers: once() }),
  change: (id: string, settings: ConversationSettings) =>
    rest<Conversation>(pathOf(id), { method: 'PATCH', body: settings }),
  remove: (id: string) => rest<void>(pathOf(id), { method: 'DELETE' }),
  say: (id: string, text: string) =>
    rest<Exchange>(`${pathOf(id)}/messages`, { body: { text }, headers: once() }),
  stop: (id: string) => rest<unknown>(`${pathOf(id)}/stop`, { body: {} }),
  edit: (message: Message, text: string) =>
    rest<Exchange>(messagePath(message), {
      method: 'PUT',
      body: { text, regenerate: true },
      headers: { 'if-match': `"${message.version}"` },
    }),
  regenerate: (message: Message) =>
    rest<Exchange>(`${messagePath(message)}/regenerate`, { body: {}, headers: once() }),
  removeMessage: (message: Message) => rest<void>(messagePath(message), { method: 'DELETE' }),
};
