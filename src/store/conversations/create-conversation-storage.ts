/** The verbs on conversations, written once for both databases. */
import type { ConversationStore } from '../../ports/conversation-store.ts';
import type { Database } from '../session.ts';
import type { ConversationSignals } from './conversation-signals.ts';
import { conversationVerbs } from './conversation-verbs.ts';
import { messageVerbs } from './message-verbs.ts';
import { replyVerbs } from './reply-verbs.ts';

export function createConversationStorage(
  database: Database,
  signals: ConversationSignals,
): ConversationStore {
  const context = { database, announce: signals.announce };
  return {
    ...conversationVerbs(context),
    ...messageVerbs(context),
    ...replyVerbs(context),
    follow: signals.follow,
    signal: signals.announce,
  };
}
