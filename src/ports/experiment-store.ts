/**
 * Rows of the A/B experiments: interactions, feedback, policies, what clients used of their plan, and kept answers.
 * Everything counted is counted from rows, so that all processes and every restart agree. Times are epoch ms.
 */
import type { AbGroup, Policy } from '../core/experiments/policy.ts';
import type { Use } from './use-store.ts';

export interface Interaction {
  readonly id: string;
  readonly atMs: number;
  readonly sessionId: string | null;
  readonly group: AbGroup;
  readonly style: string;
  readonly policy: string;
}

/** One decision about a client's plan. `client` is what others may read: addresses come shortened. */
export interface QuotaEvent {
  readonly atMs: number;
  readonly client: string;
  readonly plan: string;
  readonly outcome: 'ALLOWED' | 'DENIED_CAP' | 'TEST_ALLOWED' | 'TEST_DENIED_CAP';
  readonly used: number;
  readonly cap: number;
}

/** What is written together: all of it or nothing. */
export interface ExperimentEntry {
  readonly interaction: Interaction | null;
  /** Granted by the ledger; counted from this commit on. */
  readonly uses: readonly Use[];
  readonly event: QuotaEvent | null;
}

export interface NewFeedback {
  readonly id: string;
  readonly interactionId: string | null;
  readonly sessionId: string | null;
  readonly score: number;
  readonly notes: string | null;
  readonly atMs: number;
}

export interface StyleCount {
  readonly group: AbGroup;
  readonly style: string;
  readonly count: number;
}

/** Feedback on a style in a group, of interactions since a time. */
export interface StyleScore {
  readonly group: AbGroup;
  readonly style: string;
  readonly count: number;
  /** Sum of the scores. */
  readonly total: number;
  /** Scores of 4 and 5. */
  readonly positive: number;
  /** Scores of 1 and 2. */
  readonly negative: number;
}

/** Feedback a policy got with a style: what a bandit learns from. */
export interface PolicyReward {
  readonly policy: string;
  readonly style: string;
  readonly count: number;
  readonly total: number;
}

export interface QuotaEventSummary {
  readonly plans: readonly (readonly [plan: string, count: number])[];
  /** The ten with the most, most first. */
  readonly clients: readonly (readonly [client: string, count: number])[];
  /** Oldest first. */
  readonly recent: readonly QuotaEvent[];
}

export interface KeptAnswer {
  readonly key: string;
  readonly fingerprint: string;
  /** JSON. */
  readonly answer: string;
  readonly expiresMs: number;
}

export interface ExperimentStore {
  /** Resolves when it is committed, together with what else waits. Throws `unavailable`. */
  record(entry: ExperimentEntry): Promise<void>;
  /** false: there is no such interaction, and nothing was written. */
  addFeedback(feedback: NewFeedback): Promise<boolean>;
  /** Interactions since the last reset, by group and style. */
  counts(): Promise<StyleCount[]>;
  resetCounts(atMs: number): Promise<void>;
  /** Every pair of group and style that was answered since then, also without feedback; sorted by both. */
  leaderboard(sinceMs: number): Promise<StyleScore[]>;
  /** How often each score was given; `sinceMs` null = ever. */
  histogram(sinceMs: number | null): Promise<ReadonlyMap<number, number>>;
  /** Newest first. */
  recentFeedback(limit: number): Promise<NewFeedback[]>;
  rewards(): Promise<PolicyReward[]>;
  /** Those that differ from what is shipped. */
  policies(): Promise<Policy[]>;
  putPolicy(policy: Policy, at: string): Promise<void>;
  quotaEvents(recent: number): Promise<QuotaEventSummary>;
  keptAnswer(key: string, nowMs: number): Promise<KeptAnswer | null>;
  /** `most`: older ones go when there are more. */
  keepAnswer(answer: KeptAnswer, most: number, nowMs: number): Promise<void>;
  /** Removes events and kept answers that have had their time. */
  purge(nowMs: number): Promise<void>;
}
