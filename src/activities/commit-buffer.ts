/** Collects rows and events of one activity and commits them in order; progress goes out before the activity ends. */

import type { TaskOutcome } from '../core/run.ts';
import type { NewRunEvent } from '../core/run-event.ts';
import { type AttemptUsage, userPlanOf } from '../core/usage.ts';
import type { RunCommit } from '../ports/store.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { RunEntry } from './run-memory.ts';

export class CommitBuffer {
  readonly #deps: ActivityDependencies;
  readonly #entry: RunEntry;
  #outcomes: TaskOutcome[] = [];
  #events: NewRunEvent[] = [];
  #attempts: AttemptUsage[] = [];
  #end: NonNullable<RunCommit['end']> | null = null;
  #status: 'paused' | 'in_progress' | null = null;
  #inFlight: Promise<unknown> = Promise.resolve();

  constructor(deps: ActivityDependencies, entry: RunEntry) {
    this.#deps = deps;
    this.#entry = entry;
  }

  outcome(outcome: TaskOutcome): void {
    this.#outcomes.push(outcome);
    this.#deps.memory.remember(this.#entry, [outcome]);
  }

  /** What an attempt behind one of the outcomes used. */
  attempt(attempt: AttemptUsage | null): void {
    if (attempt !== null) this.#attempts.push(attempt);
  }

  event(event: NewRunEvent): void {
    this.#events.push(event);
  }

  end(end: NonNullable<RunCommit['end']>): void {
    this.#end = end;
  }

  status(status: 'paused' | 'in_progress'): void {
    this.#status = status;
  }

  errorOf(taskId: string): string | null {
    return this.#outcomes.find((outcome) => outcome.taskId === taskId)?.error ?? null;
  }

  /** Starts a commit of what waits, without waiting for it; its failure surfaces in `close`. */
  flushSoon(): void {
    const commit = this.#take();
    if (commit === null) return;
    this.#inFlight = this.#inFlight.then(() => this.#deps.store.runs.commit(commit));
    // Handled in close(): without this a failure in between would count as unhandled.
    this.#inFlight.catch(() => undefined);
  }

  async close(): Promise<void> {
    this.flushSoon();
    try {
      await this.#inFlight;
    } catch (error) {
      // What was remembered is not written: the repeat must start from the store.
      this.#deps.memory.forget(this.#entry.context.run.run_id);
      throw error;
    }
  }

  #take(): RunCommit | null {
    const isEmpty =
      this.#outcomes.length === 0 && this.#events.length === 0 && this.#end === null && this.#status === null;
    if (isEmpty) return null;
    const commit: RunCommit = {
      runId: this.#entry.context.run.run_id,
      outcomes: this.#outcomes,
      events: this.#events,
      attempts: this.#attempts,
      userPlan: userPlanOf(this.#entry.context.options),
      ...(this.#end === null ? {} : { end: this.#end }),
      ...(this.#status === null ? {} : { status: this.#status }),
    };
    this.#outcomes = [];
    this.#events = [];
    this.#attempts = [];
    this.#end = null;
    this.#status = null;
    return commit;
  }
}
