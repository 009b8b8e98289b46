/**
 * What the `runTree` workflow and its activities say to each other. Small on purpose: indices and characters, never
 * a user's text. Changing a shape here breaks the replay of running trees: add optional members only.
 */
import type { Plan } from './plan.ts';
import type { Settled, SettledChar } from './run-state.ts';

export interface RunTreeInput {
  readonly runId: string;
  /** null: too large to travel, or mostly not needed (`inlineState`); the workflow loads it by reference. */
  readonly plan: Plan | null;
  /** Every task is inline, and this is their first state: one `advance` mostly ends such a run without its plan. */
  readonly inlineState?: string;
  /** Absent on the first start; what `continueAsNew` carries. */
  readonly carried?: CarriedState;
  readonly limits: RunTreeLimits;
}

export interface RunTreeLimits {
  /** Activities pending at once; Temporal's hard limit is 2,000. */
  readonly window: number;
  /** Continue as new after this many history events. */
  readonly continueAfterEvents: number;
  readonly heartbeatTimeoutMs: number;
}

export interface CarriedState {
  readonly state: string;
  readonly generations: Generations;
  readonly waits: readonly PendingWait[];
  readonly isPaused: boolean;
}

/** Generation by task index; absent = 0. */
export type Generations = Readonly<Record<number, number>>;

/** A task that waits: an absolute deadline, so that it survives continue-as-new and any restart. */
export interface PendingWait {
  readonly index: number;
  readonly kind: 'timer' | 'approval';
  /** Epoch ms, null = no limit. */
  readonly untilMs: number | null;
}

/** A terminal fact the workflow decided itself (skips, cancels, lost workers) and wants written. */
export interface Change {
  readonly index: number;
  readonly state: SettledChar;
  readonly error?: string;
}

export interface AdvanceInput {
  readonly runId: string;
  readonly state: string;
  readonly generations: Generations;
  readonly changes: readonly Change[];
  /** Tasks made pending again by a retry or re-run: their rows get the new generation. */
  readonly resets: readonly number[];
  readonly status?: 'paused' | 'in_progress';
  /** Whether ready inline tasks may start (false while paused or cancelling). */
  readonly mayStart: boolean;
  /** Set once the run is being cancelled. */
  readonly cancel?: { readonly reason: string | null };
}

export interface AdvanceOutput {
  /** Inline tasks that ended, with everything that became terminal because of them; already written. */
  readonly settled: readonly Settled[];
  /** Set when the run's end was committed. */
  readonly ended: RunEnd | null;
}

export interface RunEnd {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly error: string | null;
  /** Absent in histories of older versions. */
  readonly demoTasks?: number;
}

export interface RunTasksInput {
  readonly runId: string;
  readonly items: readonly (readonly [index: number, generation: number])[];
  readonly generations: Generations;
}
export interface RunTasksOutput {
  readonly settled: readonly Settled[];
  /** A single task has to wait for a person before it can go on: it is written, and no activity holds it meanwhile. */
  readonly wait?: PendingWait;
  /** First 2 KiB of the result of a single task, for people reading Temporal's UI. */
  readonly preview?: string;
}

export interface BeginWaitInput {
  readonly runId: string;
  readonly index: number;
  readonly generations: Generations;
}
/** `settled`: the task ended at once (demo, bad inputs) and is written. */
export type BeginWaitOutput = { readonly wait: PendingWait } | { readonly settled: SettledChar };

/** `resumed`: the decision is stored, and the task's executor goes on with it. */
export type EndWaitOutput = { readonly settled: SettledChar } | { readonly resumed: true };

export interface EndWaitInput extends BeginWaitInput {
  readonly decision: {
    readonly kind: 'elapsed' | 'approved' | 'rejected';
    readonly by: string | null;
    readonly comment: string | null;
  };
}

/** Names of what can be sent to a running `runTree`. */
export const MESSAGES = {
  cancel: 'cancelRun',
  cancelTasks: 'cancelTasks',
  pause: 'pause',
  resume: 'resume',
  retry: 'retryTask',
  rerun: 'rerunFrom',
  decide: 'decideApproval',
} as const;

export const WORKFLOW_TYPE = 'runTree';

/** The task queue of workflows and of every task that names no queue of its own. */
export const TREES_QUEUE = 'trees';

/** The workflow that posts a run's events to the client's webhook, one per run. */
export const WEBHOOK_WORKFLOW_TYPE = 'deliverWebhook';

export interface DeliverInput {
  readonly runId: string;
  /** Events up to this number were delivered. */
  readonly afterSeq: number;
  /** To a push configuration of an agent's task; absent: to the run's webhook. */
  readonly pushId?: string;
}
export interface DeliverOutput {
  readonly afterSeq: number;
  /** The run's end was delivered, or the receiver refused for good. */
  readonly isDone: boolean;
}

/** The workflow that has one reply of a conversation written. Ids only: what is said stands in the store alone. */
export const REPLY_WORKFLOW_TYPE = 'replyToMessage';

export interface ReplyInput {
  readonly replyId: string;
  readonly heartbeatTimeoutMs: number;
}
/** `gone`: it was stopped or deleted before, or an earlier attempt has ended it. */
export interface ReplyOutput {
  readonly status: 'completed' | 'failed' | 'stopped' | 'blocked' | 'gone';
}

/** The workflow a schedule starts each time; it has the task's tree run, and ends before that does. */
export const SCHEDULED_WORKFLOW_TYPE = 'runScheduled';

export interface ScheduledInput {
  readonly taskId: string;
  readonly userId: string | null;
}
/** A time has come. */
export interface ScheduledStart extends ScheduledInput {
  /** One for each time, the same when it is tried again. */
  readonly fireId: string;
  /** Epoch ms. */
  readonly firedAtMs: number;
}
/** `skipped`: the task runs already, or was refused for now (a quota); `ended`: it is not scheduled any more. */
export interface ScheduledOutcome {
  readonly status: 'started' | 'skipped' | 'ended';
  readonly runId: string | null;
  /** For people looking at Temporal's UI. */
  readonly reason: string | null;
}
