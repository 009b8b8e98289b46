/** What the API asks of the thing that runs trees. The only implementation is src/temporal/engine.ts. */
import type { JsonObject } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import type { Run, RunSummary, TaskOutcome } from '../core/run.ts';
import type { TaskRecord } from '../core/task.ts';

export interface StartRun {
  readonly run: Run;
  readonly plan: Plan;
  /** For people looking at Temporal's UI. */
  readonly title: string;
  readonly planName: string;
  readonly executors: readonly string[];
  /** The run's options hold a webhook: its events are posted there. */
  readonly hasWebhook?: boolean;
  /** What the accepting process has at hand, so that the worker in it reads nothing back. */
  readonly known?: {
    readonly options: JsonObject;
    readonly tasks: readonly TaskRecord[];
    readonly carried: readonly TaskOutcome[];
  };
}

export interface RunEngine {
  /** Starts the workflow of an accepted run. Repeating it is harmless. Throws `unavailable` when Temporal is gone (the reconciler starts it later). */
  start(start: StartRun): Promise<void>;
  /** Resolves when the run ended, with null when `timeoutMs` passed or `signal` fired first. Never cancels the run. */
  wait(run: Run, timeoutMs: number, signal?: AbortSignal): Promise<RunSummary | null>;
  /** Whole run when `taskIds` is absent; else these tasks and their descendants. `force` does not await executors. */
  cancel(
    run: Run,
    options: { taskIds?: readonly string[]; force: boolean; reason: string | null },
  ): Promise<void>;
  pause(run: Run): Promise<void>;
  resume(run: Run): Promise<void>;
  /** Throws `conflict` when the task is not failed, skipped or cancelled. */
  retry(run: Run, taskId: string): Promise<void>;
  /** Runs the task and all that depends on it again, keeping other finished results. */
  rerun(run: Run, taskId: string): Promise<void>;
  /** Throws `conflict` when the task waits for no approval. */
  decide(
    run: Run,
    taskId: string,
    decision: { approved: boolean; by: string; comment: string | null },
  ): Promise<void>;
  /** Has the run's events posted to one of its push configurations, from the first one. Repeating it is harmless. Throws `unavailable`. */
  deliver(run: Run, pushId: string): Promise<void>;
  /** Throws `unavailable` when Temporal does not answer. */
  ping(): Promise<void>;
}
