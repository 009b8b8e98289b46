/** Follows a conversation: its events say when to read anew, and bring the words of the reply under way. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { followEvents } from '../../../src/client/follow-events.ts';
import { conversations } from './conversations.ts';
import { type LivePiece, withDelta } from './live-text.ts';
import { RequestError } from './request-error.ts';
import { request } from './rest.ts';

/** Events that come together are answered by one look. */
const LOOK_AFTER_MS = 80;

export type LivePieces = Readonly<Record<string, LivePiece>>;

export function useLiveConversation(conversationId: string): LivePieces {
  const cache = useQueryClient();
  const [pieces, setPieces] = useState<LivePieces>({});

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void cache.invalidateQueries({ queryKey: conversations.key });
      }, LOOK_AFTER_MS);
    };
    const follow = async () => {
      for await (const { type, data } of openEvents(conversationId, controller)) {
        setPieces((before) => heard(before, type, data));
        if (!type.includes('delta')) look();
      }
    };
    follow().catch(() => {
      // Left, or refused for good: what is shown then comes from reading alone.
    });
    return () => {
      controller.abort();
      clearTimeout(timer);
      setPieces({});
    };
  }, [conversationId, cache]);

  return pieces;
}

/** Goes on after every break until it is left or refused. */
function openEvents(conversationId: string, controller: AbortController) {
  const path = conversations.eventsPath(conversationId);
  const { signal } = controller;
  return followEvents({
    url: path,
    connect: async (lastEventId) => {
      try {
        return await request(path, {
          headers: {
            accept: 'text/event-stream',
            ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
          },
          signal,
        });
      } catch (error) {
        if (error instanceof RequestError && !error.isTransient && error.status !== 429)
          controller.abort(error);
        throw error;
      }
    },
    lastEventId: null,
    retries: Number.POSITIVE_INFINITY,
    signal,
  });
}

function heard(before: LivePieces, type: string, data: Readonly<Record<string, unknown>>): LivePieces {
  const messageId = data['message_id'];
  if (typeof messageId !== 'string') return before;
  const { text, offset } = data;
  if (type.includes('delta') && typeof text === 'string' && typeof offset === 'number')
    return { ...before, [messageId]: withDelta(before[messageId], offset, text) };
  // Begun anew: the words so far do not count.
  if (/started|restarted/.test(type)) {
    const { [messageId]: _dropped, ...others } = before;
    return others;
  }
  return before;
}
