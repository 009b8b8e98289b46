/** What a driver does after a commit: keep its cache and counters true and deliver events. */
import type { Run } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import type { TaskRecord } from '../core/task.ts';
import type { UsageRow } from '../core/usage.ts';
import type { TaskFilter } from '../ports/store.ts';
import type { Use } from '../ports/use-store.ts';
import type { StoredOutcome } from './rows.ts';
import type { Session } from './session.ts';

/** Where a task stands in a run: enough to decide whether a row may be written. */
export interface Standing {
  readonly generation: number;
  readonly status: string;
}

/** A run's facts inside a write: its row is locked, so they hold until the commit. */
export interface RunFacts {
  readonly run: Run;
  readonly lastSeq: number;
  readonly standing: ReadonlyMap<string, Standing>;
}

export interface Effects {
  tasksCreated(tasks: readonly TaskRecord[]): void;
  tasksDeleted(tasks: readonly { readonly id: string; readonly userId: string }[]): void;
  /** Own fields changed: forget them. */
  tasksChanged(taskIds: readonly string[]): void;
  runAccepted(run: Run, taskIds: readonly string[], carried: readonly StoredOutcome[], lastSeq: number): void;
  runCommitted(run: Run, outcomes: readonly StoredOutcome[], lastSeq: number): void;
  /** With what it gives back because no task had begun. */
  runEnded(runId: string, refunded: readonly Use[]): void;
  runsDeleted(runIds: readonly string[]): void;
  eventsStored(events: readonly RunEvent[]): void;
  /** Attempts and runs that have ended. */
  used(rows: readonly UsageRow[]): void;
  /** Facts of these runs, with the standing rows of at least these tasks; unknown runs are absent. */
  facts(session: Session, wanted: ReadonlyMap<string, readonly string[]>): Promise<Map<string, RunFacts>>;
  /** The ids of a page of `tasks.list`. */
  listIds(session: Session, filter: TaskFilter): Promise<string[]>;
  /** Views of these tasks in their order, large results by reference; unknown ids are absent. */
  views(session: Session, taskIds: readonly string[]): Promise<TaskRecord[]>;
  /** Active run of each of these roots. */
  activeRuns(session: Session, rootTaskIds: readonly string[]): Promise<Map<string, Run>>;
}
