/**
 * What was used: one row an attempt of a task, and one a run. Rows are facts of the past: nothing changes them, and
 * deleting a task leaves them. Times are epoch milliseconds UTC, money is whole nano-dollars (a token may cost 150).
 */
import type { JsonObject } from './json.ts';

export const USAGE_OUTCOMES = ['completed', 'failed', 'cancelled'] as const;
export type UsageOutcome = (typeof USAGE_OUTCOMES)[number];

/** By what a summary may be grouped. `day` is the UTC day on which the attempt or run ended. */
export const USAGE_GROUPS = ['user', 'executor', 'model', 'day'] as const;
export type UsageGroupName = (typeof USAGE_GROUPS)[number];

/** Stands for the task where a row is about the run itself. */
export const WHOLE_RUN = '';

/** One attempt of a task as whoever ran it knows it. Unique by run, task, generation and attempt. */
export interface AttemptUsage {
  readonly taskId: string;
  readonly generation: number;
  /** 1 for the first call of the executor in this generation. */
  readonly attempt: number;
  /** null: the task only groups others. */
  readonly executor: string | null;
  /** null: no model was asked, or several were. */
  readonly model: string | null;
  readonly isDemo: boolean;
  readonly outcome: UsageOutcome;
  readonly endedAtMs: number;
  /** null: not known any more (a row made again after a crash). */
  readonly durationMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** null: nothing was asked of a model, or its price is not known. */
  readonly costNanoUsd: number | null;
}

/** A row as it is stored. Of a run itself: `taskId` is WHOLE_RUN, no executor, no model, no tokens. */
export interface UsageRow extends AttemptUsage {
  readonly runId: string;
  readonly userId: string;
  /** The plan the run was accepted under; null when it is not known. */
  readonly plan: string | null;
}

/** What an outcome's `token_usage` says in a row's words; all null where no model was asked. */
export function modelUsage(
  tokenUsage: JsonObject | null,
): Pick<AttemptUsage, 'model' | 'inputTokens' | 'outputTokens' | 'costNanoUsd'> {
  const number = (name: string) => {
    const value = tokenUsage?.[name];
    return typeof value === 'number' ? value : null;
  };
  const model = tokenUsage?.['model'];
  return {
    model: typeof model === 'string' ? model : null,
    inputTokens: number('prompt_tokens'),
    outputTokens: number('completion_tokens'),
    costNanoUsd: number('cost_nano_usd'),
  };
}

/** The plan a run's options name. */
export function userPlanOf(options: JsonObject | null): string | null {
  const plan = options?.['plan'];
  return typeof plan === 'string' ? plan : null;
}

const NANO = 1_000_000_000n;

/** Dollars as a decimal text with what digits it needs, at least two: 1500 nano-dollars are `0.0000015`. */
export function usdText(nanoUsd: number): string {
  const nano = BigInt(nanoUsd);
  const fraction = String(nano % NANO)
    .padStart(9, '0')
    .replace(/0+$/, '')
    .padEnd(2, '0');
  return `${nano / NANO}.${fraction}`;
}
