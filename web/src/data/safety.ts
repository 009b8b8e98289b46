/** The safety engine: what it finds in a text, what would happen to it, how it is set. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ExitReason, ExitSeverity } from '../../../src/core/safety/exit.ts';
import type { RedactionRequest } from '../../../src/core/safety/redaction.ts';
import type { SafetyCheckRequest } from '../../../src/core/safety/safety-check.ts';
import { called, client } from './client.ts';
import { rest } from './rest.ts';

interface SafetyConfig {
  readonly kill_switch: string;
  readonly max_prompt_chars: number;
  readonly denylist: readonly string[];
  readonly default_latency_budget_ms: number;
}
export interface ExitKind {
  readonly reason: ExitReason;
  readonly severity: ExitSeverity;
  readonly description: string;
  readonly client_action: string;
}

export const safety = {
  check: (request: SafetyCheckRequest) =>
    queryOptions({
      queryKey: ['safety', 'check', request],
      queryFn: ({ signal }) => called(client.call('safety.check', request, { signal })),
      enabled: request.text !== '',
      // While the next answer is on its way the last one stays.
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  redact: (request: RedactionRequest) =>
    queryOptions({
      queryKey: ['safety', 'redact', request],
      queryFn: ({ signal }) => called(client.call('safety.redact', request, { signal })),
      enabled: request.text !== '',
      placeholderData: keepPreviousData,
    }),
  config: queryOptions({
    queryKey: ['safety', 'config'],
    queryFn: ({ signal }) => rest<SafetyConfig>('/safety/config', { signal }),
  }),
  exits: queryOptions({
    queryKey: ['safety', 'exits'],
    queryFn: ({ signal }) => rest<{ exits: readonly ExitKind[] }>('/safety/exits', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  }),
};
