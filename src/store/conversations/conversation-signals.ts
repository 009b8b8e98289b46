/** Signals of conversations over the bus of run events: within the process, and between processes on PostgreSQL. */
import type { ConversationSignal } from '../../core/conversation/conversation-event.ts';
import type { JsonObject } from '../../core/json.ts';
import type { RunEvent } from '../../core/run-event.ts';
import { isoMicros } from '../../core/time.ts';

type Listener = (signal: ConversationSignal) => void;

export interface ConversationSignals {
  follow(conversationId: string, listener: Listener): () => void;
  announce(conversationId: string, signal: ConversationSignal): void;
}

/** `publish` tells everybody, this process included; `subscribe` hears everybody. */
export function createConversationSignals(
  subscribe: (listener: (event: RunEvent) => void) => () => void,
  publish: (event: RunEvent) => void,
): ConversationSignals {
  const listeners = new Map<string, Set<Listener>>();
  subscribe(({ type, runId, data }) => {
    if (type !== 'conversation-signal') return;
    for (const listener of listeners.get(runId) ?? []) listener(data as unknown as ConversationSignal);
  });
  return {
    follow(conversationId, listener) {
      const own: Listener = (signal) => listener(signal);
      const known = listeners.get(conversationId) ?? new Set();
      listeners.set(conversationId, known.add(own));
      return () => {
        known.delete(own);
        if (known.size === 0 && listeners.get(conversationId) === known) listeners.delete(conversationId);
      };
    },
    announce: (conversationId, signal) =>
      publish({
        type: 'conversation-signal',
        runId: conversationId,
        seq: 0,
        taskId: null,
        at: isoMicros(Date.now()),
        data: signal as unknown as JsonObject,
      }),
  };
}
