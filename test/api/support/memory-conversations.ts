/** Conversations in memory, as far as tests of what lies in front of the store need them: there are none to change. */
import type { Conversation } from '../../../src/core/conversation/conversation.ts';
import type { ConversationStore } from '../../../src/ports/conversation-store.ts';

export function memoryConversations(): ConversationStore {
  const all = new Map<string, Conversation>();
  const none = async () => null;
  return {
    create: async (conversation) => void all.set(conversation.conversation_id, conversation),
    get: async (id) => all.get(id) ?? null,
    list: async ({ userId, limit }) =>
      [...all.values()].filter(({ user_id }) => userId === undefined || user_id === userId).slice(0, limit),
    update: none,
    delete: none,
    removeOf: async () => undefined,
    post: none,
    message: none,
    messages: async () => [],
    edit: none,
    regenerate: none,
    deleteMessage: none,
    revisions: async () => [],
    claim: none,
    workFor: none,
    writePartial: async () => false,
    finish: none,
    amendStopped: async () => undefined,
    append: none,
    stop: none,
    activeReplies: async () => [],
    events: async () => [],
    follow: () => () => undefined,
    signal: () => undefined,
  };
}
