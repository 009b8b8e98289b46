/** The A/B experiment of the two styles: who got which, what people said, what is left of the daily cap. */
import { queryOptions } from '@tanstack/react-query';
import type { MethodTypes } from '../../../src/client/client.ts';
import { called, client } from './client.ts';
import { rest } from './rest.ts';

export type Policy = MethodTypes['policies.list']['result']['policies'][number];
export interface AbSummary {
  readonly groups: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly grand_total: number;
}
export interface LeaderboardRow {
  readonly group: string;
  readonly persona: string;
  readonly n_feedback: number;
  readonly avg_score: number | null;
  readonly pos: number;
  readonly neg: number;
  readonly wilson_lb: number;
}
export interface Feedback {
  readonly id: string;
  readonly interaction_id: string | null;
  readonly score: number;
  readonly notes: string | null;
  /** Seconds. */
  readonly ts: number;
}
export interface Engagement {
  readonly summary: {
    readonly count: number;
    readonly avg_score: number | null;
    readonly histogram: Readonly<Record<string, number>>;
  };
  readonly recent: readonly Feedback[];
}
export interface Prediction {
  readonly group: string;
  readonly picked_policy: string;
  readonly policy_weights: Readonly<Record<string, number>>;
  readonly response: { readonly text: string };
  readonly interaction_id: string;
}
interface MonetizationStatus {
  readonly client_id: string;
  readonly plan: string;
  readonly usage_today: number;
  readonly daily_cap: number;
  readonly remaining_today: number;
}

const KEY = 'experiments';
const MOST_RECENT = 200;

export const experiments = {
  key: [KEY],
  summary: queryOptions({
    queryKey: [KEY, 'summary'],
    queryFn: ({ signal }) => rest<AbSummary>('/ab/summary', { signal }),
  }),
  policies: queryOptions({
    queryKey: [KEY, 'policies'],
    queryFn: async ({ signal }) => (await called(client.call('policies.list', {}, { signal }))).policies,
  }),
  setPolicy: (policy: Pick<Policy, 'name' | 'kind' | 'weights'>) =>
    called(client.call('policies.set', policy)),
  leaderboard: (days: number) =>
    queryOptions({
      queryKey: [KEY, 'leaderboard', days],
      queryFn: ({ signal }) =>
        rest<{ results: readonly LeaderboardRow[] }>(`/leaderboard?days=${days}`, { signal }),
    }),
  engagement: (windowSeconds: number | null) =>
    queryOptions({
      queryKey: [KEY, 'engagement', windowSeconds],
      queryFn: ({ signal }) =>
        rest<Engagement>(
          `/engagement/summary?limit=${MOST_RECENT}${windowSeconds === null ? '' : `&window_seconds=${windowSeconds}`}`,
          { signal },
        ),
    }),
  monetization: queryOptions({
    queryKey: [KEY, 'monetization'],
    queryFn: async ({ signal }) => {
      const [status, config] = await Promise.all([
        rest<MonetizationStatus>('/monetization/status', { signal }),
        rest<{ enabled: boolean; free_tier_daily_requests: number }>('/monetization/config', { signal }),
      ]);
      return { ...status, enabled: config.enabled };
    },
  }),
  predict: (ask: { user_id: string; prompt: string }) => rest<Prediction>('/predict_ab', { body: ask }),
  feedback: (given: { interaction_id: string; score: number; notes?: string }) =>
    rest<{ feedback_id: string }>('/feedback', { body: given }),
  reset: () => rest<{ message: string }>('/ab/reset', { method: 'POST' }),
};
