/**
 * The meters and what each plan may use of them a day. A meter is a thing counted; plans say how much of it and what
 * happens beyond: the call is refused, or it goes on with canned results. Who counts and where is the ledger's.
 */

export const METERS = [
  /** Trees started, and trees generated from a sentence. */
  'task_trees',
  /** Those of them that ask a model. */
  'llm_task_trees',
  /** The same trees again, counted by address. */
  'ip_trees',
  /** Calls of the prediction service; its clients have plans of their own (core/experiments/lab-plan.ts). */
  'predict_requests',
  'conversation_replies',
] as const;
export type Meter = (typeof METERS)[number];

/** `internal`: the operator's own tools, which nothing limits. */
export const QUOTA_PLANS = ['free', 'premium', 'internal'] as const;
export type QuotaPlan = (typeof QUOTA_PLANS)[number];

/** Beyond the limit: `reject` refuses, `demo` goes on with canned results. */
export type OnExceed = 'reject' | 'demo';

export interface MeterRule {
  /** A day; 0 refuses everything, null = no limit. */
  readonly limit: number | null;
  readonly onExceed: OnExceed;
}

export type MeterTable = Readonly<Record<Meter, Readonly<Record<QuotaPlan, MeterRule>>>>;

/** The limits as they are set. All are counts; 0 refuses everything. */
export interface QuotaLimits {
  /** false: nothing is counted and nothing refused. */
  readonly isEnabled: boolean;
  readonly dailyPerUser: number;
  readonly dailyLlmPerUser: number;
  readonly dailyPerUserPremium: number;
  readonly dailyPerIp: number;
  /** Trees that run at once, of everybody. */
  readonly concurrent: number;
  readonly concurrentPerUser: number;
}

const PREDICT_REQUESTS = 50;
const CONVERSATION_REPLIES = 50;

export function meterTable(limits: QuotaLimits): MeterTable {
  return {
    task_trees: byPlan('reject', limits.dailyPerUser, limits.dailyPerUserPremium),
    llm_task_trees: byPlan('demo', limits.dailyLlmPerUser, null),
    ip_trees: byPlan('reject', limits.dailyPerIp, limits.dailyPerIp),
    predict_requests: byPlan('reject', PREDICT_REQUESTS, null),
    conversation_replies: byPlan('demo', CONVERSATION_REPLIES, null),
  };
}

function byPlan(onExceed: OnExceed, free: number | null, premium: number | null): MeterTable[Meter] {
  return {
    free: { limit: free, onExceed },
    premium: { limit: premium, onExceed },
    internal: { limit: null, onExceed },
  };
}
