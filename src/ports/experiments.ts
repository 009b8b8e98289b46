/** The A/B experiments and the plans of their clients, as routes and executors see them. Implemented by src/experiments. */
import type { LeaderboardRow } from '../core/experiments/experiment-services.ts';
import type { LabPlan } from '../core/experiments/lab-plan.ts';
import type { AbGroup, Policy, Weights } from '../core/experiments/policy.ts';
import type { NewFeedback, QuotaEvent, QuotaEventSummary, StyleCount } from './experiment-store.ts';
import type { Use } from './use-store.ts';

export interface Assignment {
  readonly group: AbGroup;
  readonly policy: string;
  readonly style: string;
  /** What it was picked by: the weights, or how often a learning policy picks each style now. */
  readonly weights: Weights;
}

export interface PredictRequest {
  readonly userId: string;
  readonly prompt: string;
  readonly sessionId: string | null;
  /** No chance: the highest weight. */
  readonly isDeterministic: boolean;
}

export interface Prediction extends Assignment {
  readonly interactionId: string;
  readonly text: string;
}

/** What the client's plan says of a request; written with it. */
export interface Allowance {
  readonly uses: readonly Use[];
  readonly event: QuotaEvent | null;
}

export interface FeedbackSummary {
  readonly count: number;
  readonly average: number | null;
  readonly histogram: Readonly<Record<string, number>>;
}

export interface PolicyState extends Policy {
  /** Of a learning policy, by style: feedback so far and the share of picks it gets now. */
  readonly learned: Readonly<
    Record<string, { readonly count: number; readonly average: number | null; readonly share: number }>
  > | null;
}

export interface Experiments {
  /** The group of a user, for all time, and the style by its policy, or by another one. */
  assign(userId: string, isDeterministic: boolean, policy?: string): Promise<Assignment>;
  /** Resolves when the interaction is committed. Throws `unavailable`. */
  predict(request: PredictRequest, interactionId: string, allowance: Allowance): Promise<Prediction>;
  /** Weights as they count now; those of the default policy for unknown names. */
  weightsOf(name: string): Promise<Weights>;
  policies(): Promise<PolicyState[]>;
  setPolicy(policy: Policy): Promise<PolicyState>;
  counts(): Promise<StyleCount[]>;
  resetCounts(): Promise<void>;
  leaderboard(days: number): Promise<LeaderboardRow[]>;
  /** Throws `not_found` for an unknown interaction. Returns the feedback's id. */
  addFeedback(feedback: Omit<NewFeedback, 'id' | 'atMs'>): Promise<string>;
  /** `sinceMs` null = ever. */
  feedbackSummary(sinceMs: number | null): Promise<FeedbackSummary>;
  recentFeedback(limit: number): Promise<NewFeedback[]>;
}

/** Who is charged for a prediction. */
export interface LabClient {
  readonly id: string;
  readonly plan: LabPlan;
}

export interface LabUsage {
  readonly used: number;
  readonly cap: number;
}

export type LabDecision = LabUsage & { readonly isAllowed: boolean; readonly allowance: Allowance };

export interface Monetization {
  readonly settings: {
    readonly isEnabled: boolean;
    readonly freeDailyRequests: number;
    readonly allowsHeaderPlans: boolean;
  };
  /** `ip`: the caller's address, behind trusted proxies. */
  clientOf(clientId: string | undefined, plan: string | undefined, ip: string): LabClient;
  /** The client as logs and other people may see it: an address only shortened. */
  shownId(client: LabClient): string;
  /** Takes one request of today's, if there is one. What it allows must be stored, or given back. */
  take(client: LabClient, key: string): Promise<LabDecision>;
  giveBack(key: string, allowance: Allowance): Promise<void>;
  usage(client: LabClient): Promise<LabUsage>;
  /** Takes one and stores that; the usage after it. */
  test(client: LabClient): Promise<LabUsage>;
  events(): Promise<QuotaEventSummary>;
  /** `2026-11-22T00:00:00+00:00`. */
  resetTime(): string;
}
