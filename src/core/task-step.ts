/**
 * A step: a named part of one task's work whose result is kept before the next one begins, so that an attempt that takes
 * over does not do it again. Steps are no tasks: they are never planned, and are shown below their task only.
 */
import type { JsonObject, JsonValue } from './json.ts';
import type { TaskDemo } from './task.ts';

/** `decision`: a person's, which ends the waiting of the task. */
export const STEP_KINDS = ['work', 'decision'] as const;
export const STEP_STATUSES = ['in_progress', 'completed', 'failed'] as const;

export interface TaskStep {
  readonly taskId: string;
  /** The task's; a retry by hand begins with no steps. */
  readonly generation: number;
  /**
   * Which step: its number in the order of calls, from 0. Those of an executor that a step calls stand below it:
   * `3.c0.1` is the second step of the first call in the fourth step.
   */
  readonly path: string;
  readonly kind: (typeof STEP_KINDS)[number];
  readonly name: string;
  readonly status: (typeof STEP_STATUSES)[number];
  /** The task's attempt that has done it: an attempt that failed has told what it used, one whose worker was lost has not. */
  readonly attempt: number;
  readonly result: JsonValue | null;
  readonly error: string | null;
  /** What it has used in all, as `token_usage` of a task. */
  readonly tokenUsage: JsonObject | null;
  /** What of it `attempt` has used; the rest belongs to attempts before. */
  readonly attemptUsage: JsonObject | null;
  readonly demo: TaskDemo | null;
  /** ISO-8601 UTC with microseconds. */
  readonly startedAt: string;
  readonly completedAt: string | null;
}

/** The step that this one is part of; null for a task's own steps. */
export function parentStep(path: string): string | null {
  const parts = path.split('.').slice(0, -1);
  while (parts.at(-1)?.startsWith('c') === true) parts.pop();
  return parts.length === 0 ? null : parts.join('.');
}

/** In the order in which they were called. */
export function comparePaths(left: string, right: string): number {
  const [ours, theirs] = [left.split('.'), right.split('.')];
  for (const [index, part] of ours.entries()) {
    const other = theirs[index];
    if (other === undefined) return 1;
    const difference = numberOf(part) - numberOf(other);
    if (difference !== 0) return difference;
  }
  return ours.length - theirs.length;
}

function numberOf(part: string): number {
  return Number(part.replace(/^c/, ''));
}
