/** The rows about what was used. Part of the store; both drivers pass the same conformance suite. */
import type { UsageGroupName, UsageOutcome, UsageRow } from '../core/usage.ts';

export interface UsageFilter {
  readonly userId?: string;
  readonly executor?: string;
  readonly model?: string;
  /** Epoch ms: ended then or later. */
  readonly fromMs?: number;
  /** Epoch ms: ended before. */
  readonly toMs?: number;
}

export interface UsageQuery extends UsageFilter {
  /** [] = everything in one group. */
  readonly groupBy: readonly UsageGroupName[];
  /** Most groups to answer with. */
  readonly limit: number;
}

export type OutcomeCounts = Readonly<Record<UsageOutcome, number>>;

/** Milliseconds; null where nothing was measured. */
export interface Durations {
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface UsageGroup {
  /** One value per name asked for; null where rows have none (a task without an executor). `day` is `2026-11-21`. */
  readonly keys: Readonly<Partial<Record<UsageGroupName, string | null>>>;
  /** Ended runs. Always 0 by executor or model: a run has neither. */
  readonly runs: OutcomeCounts;
  readonly runMs: Durations;
  /** Attempts of tasks. */
  readonly attempts: OutcomeCounts;
  readonly attemptMs: Durations;
  readonly demoAttempts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the attempts whose price is known. */
  readonly costNanoUsd: number;
  /** Attempts that used tokens at an unknown price. */
  readonly unpricedAttempts: number;
}

export interface UsageStore {
  /** Takes rows into the next block; they are stored within about a second, at the latest by `flush` or `close`. */
  add(rows: readonly UsageRow[]): void;
  /** Stores what waits in this process. */
  flush(): Promise<void>;
  /** Groups by day in the order of days, else the busiest first. Includes what waits in this process. */
  summary(query: UsageQuery): Promise<UsageGroup[]>;
  /** Rows in the order in which they ended, in pages. Includes what waits in this process. */
  pages(filter: UsageFilter, pageSize?: number): AsyncGenerator<UsageRow[]>;
  /** Writes the rows as a Parquet file. `path` must not exist. */
  writeParquet(filter: UsageFilter, path: string): Promise<void>;
  /** Removes what ended before. */
  purge(beforeMs: number): Promise<void>;
}
