/** A run: one execution of a tree (or of one task's subtree), its row, and what happened to each of its tasks. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from './json.ts';
import type { TaskDemo, TaskStatus, TaskWait } from './task.ts';

export const RUN_STATUSES = ['in_progress', 'paused', 'completed', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A run as `runs.get` and `runs.list` answer it. Times are ISO-8601 UTC with microseconds. */
export const runSchema = z.object({
  run_id: z.string(),
  /** Root of the tree. */
  root_task_id: z.string(),
  /** The executed task: the root, or the task whose subtree this run covers. */
  target_task_id: z.string(),
  user_id: z.string(),
  /** 1 for the first run of this root, counted per root. */
  number: z.number().int(),
  status: z.enum(RUN_STATUSES),
  task_count: z.number().int(),
  use_demo: z.boolean(),
  /** How many of its results are canned; null before the end. */
  demo_tasks: z.number().int().nullable(),
  error: z.string().nullable(),
  workflow_id: z.string(),
  accepted_at: z.string(),
  completed_at: z.string().nullable(),
});
export type Run = z.infer<typeof runSchema>;

export function isRunEnded(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** What one run knows of one of its tasks: the row keyed (run, task). */
export interface TaskOutcome {
  readonly taskId: string;
  /** Starts at 0; a retry or re-run inside the run makes the next one. Part of the idempotency key. */
  readonly generation: number;
  readonly status: TaskStatus;
  /** Inputs with what dependencies injected; null = as stored. */
  readonly inputs: JsonObject | null;
  readonly result: JsonValue | null;
  readonly error: string | null;
  readonly progress: number;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  /** Times the executor was called, retries included. */
  readonly attempts: number;
  readonly wait: TaskWait | null;
  readonly demo: TaskDemo | null;
  readonly tokenUsage: JsonObject | null;
}

/** How a run ended: what `tasks.execute` answers from. */
export interface RunSummary {
  readonly runId: string;
  readonly status: RunStatus;
  readonly error: string | null;
  /** The executed task's result. */
  readonly result: JsonValue | null;
  /** How many of the run's results are canned; null when it was ended by repair. */
  readonly demoTasks: number | null;
}
