/** This server: what it is, how it is, what its caller may still do today. */
import { queryOptions } from '@tanstack/react-query';
import type { QuotaStatus } from '../../../src/core/quota/quota-info.ts';
import { rest } from './rest.ts';

interface ServerFacts {
  readonly version: string;
  readonly temporal_ui_url: string | null;
  readonly demo_mode: boolean;
  readonly force_demo: boolean;
  /** Without a key of the caller's, models are asked with one of the server's. */
  readonly has_server_llm: boolean;
}

interface Visitor {
  readonly user_id: string;
  readonly is_guest: boolean;
  readonly is_admin: boolean;
}

interface Health {
  readonly ready: boolean;
  readonly components: Readonly<
    Record<string, { readonly status: string; readonly response_time_ms?: number; readonly detail?: string }>
  >;
}

const QUOTA_EVERY_MS = 30_000;
const HEALTH_EVERY_MS = 15_000;

export const server = {
  facts: queryOptions({
    queryKey: ['server'],
    queryFn: ({ signal }) => rest<ServerFacts>('/app/server.json', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  }),
  me: queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => rest<Visitor>('/app/me.json', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  }),
  health: queryOptions({
    queryKey: ['health'],
    queryFn: ({ signal }) => rest<Health>('/health', { signal }),
    refetchInterval: HEALTH_EVERY_MS,
  }),
  quota: queryOptions({
    queryKey: ['quota'],
    queryFn: ({ signal }) => rest<{ user_id: string; quota: QuotaStatus }>('/api/quota/status', { signal }),
    refetchInterval: QUOTA_EVERY_MS,
  }),
};
