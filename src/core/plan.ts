/**
 * The plan: what the workflow needs to know of a run, and nothing else. Tasks are numbered by index, so that state
 * is one character a task. Of a user's text only ids, names (labels for Temporal's UI) and the error a tree failed with enter
 * Temporal's history; `TEMPORAL_ENCRYPT=1` hides them. Built from the store's rows when a
 * run is accepted; small plans travel with the start, large ones by reference.
 */

/** One character a task: the whole of a run's state as the workflow keeps it. */
export const STATE = {
  pending: 'p',
  running: 'r',
  waiting: 'w',
  completed: 'c',
  failed: 'f',
  skipped: 's',
  cancelled: 'x',
} as const;
export type StateChar = (typeof STATE)[keyof typeof STATE];

export interface PlanTask {
  readonly id: string;
  /** Executor id (= activity type), or '' for a task that only groups. */
  readonly executor: string;
  readonly placement: 'inline' | 'activity' | 'wait';
  /** 0 urgent … 3 low. */
  readonly priority: number;
  /** Index of the parent, -1 for the run's target. */
  readonly parent: number;
  /** Dependencies inside the run: [index, required]. Those outside it are finished and need no waiting. */
  readonly deps: readonly (readonly [index: number, required: 0 | 1])[];
  readonly batchable?: true;
  /** Named task queue. */
  readonly queue?: string;
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
  readonly backoffMs?: number;
  /** What Temporal's timeline shows: the task's name, `(demo)` when canned. */
  readonly label?: string;
}

export interface Plan {
  /** Index 0 is the run's target (the executed task). */
  readonly tasks: readonly PlanTask[];
  /** Initial state, one char a task: finished results kept from an earlier run are already `c`. */
  readonly state: string;
}

/** Plans up to this many tasks travel in the workflow's input; larger ones are loaded by reference. */
export const INLINE_PLAN_TASKS = 200;
