/** The metric family of conversations, under the names that dashboards of the older system know. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ObservedRequest } from '../ports/telemetry.ts';

export interface ConversationMetrics {
  /** Any request; those of other routes do not count. */
  observeRequest(request: ObservedRequest): void;
  observeConversation(): void;
}

export function conversationMetrics(registry: Registry, buckets: number[]): ConversationMetrics {
  const labelNames = ['method', 'endpoint'] as const;
  const registers = [registry];
  const requests = new Counter({
    name: 'conversational_core_requests_total',
    help: 'Requests to conversations, by method and route template.',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'conversational_core_request_duration_seconds',
    help: 'Time to answer requests to conversations; open event streams are left out.',
    labelNames,
    buckets,
    registers,
  });
  const conversations = new Counter({
    name: 'conversational_core_conversations_total',
    help: 'Conversations created.',
    registers,
  });
  return {
    observeRequest({ method, route, durationMs }) {
      if (!/^\/conversations(\/|$)/.test(route)) return;
      const labels = { method, endpoint: route };
      requests.inc(labels);
      if (!route.endsWith('/events')) durations.observe(labels, durationMs / 1000);
    },
    observeConversation: () => conversations.inc(),
  };
}
