/** `GET /conversations/{conversation_id}/events` streams what happens in a conversation, and resumes. */
import { AppError } from '../../core/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { followConversation } from '../conversations/follow-conversation.ts';
import { requireOwnConversation } from '../conversations/own-conversation.ts';
import { parseEventId } from '../events/event-id.ts';
import { streamEvents } from '../events/stream-events.ts';
import type { StreamHub } from '../events/stream-hub.ts';
import type { ApiContext, ApiMiddleware } from '../state.ts';

export function conversationEventsRoute(deps: ApiDeps, hub: StreamHub): ApiMiddleware {
  return async function conversationEvents(context) {
    const { identity, requestId } = context.state;
    if (identity === undefined) throw new Error('identify must run before this route');
    const { params } = context as ApiContext & { params: Record<string, string | undefined> };
    const conversation = await requireOwnConversation({ deps, identity }, params['conversation_id'] ?? '');
    const { conversation_id: conversationId } = conversation;
    const now = parseEventId(conversation.last_event_id)?.seq ?? 0;
    const afterSeq = positionOf(context, conversationId) ?? now;
    if (hub.isClosed)
      throw new AppError('unavailable', 'The server is shutting down', { retryAfterSeconds: 1 });
    hub.requireRoom(identity.userId);
    context.respond = false;
    context.status = 200;
    await streamEvents(context.res, {
      hub,
      logger: deps.logger,
      userId: identity.userId,
      about: { request_id: requestId, conversation_id: conversationId },
      first: undefined,
      follow: (send) =>
        followConversation({ conversations: deps.store.conversations, conversationId, afterSeq, send }),
    });
  };
}

/** From the header a browser repeats by itself, or the query; null = from now on. */
function positionOf(context: ApiContext, conversationId: string): number | null {
  const query = context.query['last_event_id'];
  const given = context.headers['last-event-id'] ?? (Array.isArray(query) ? query[0] : query);
  if (typeof given !== 'string' || given === '') return null;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  const position = parseEventId(given);
  return position?.runId === conversationId ? position.seq : null;
}
