/**
 * The store as everybody else sees it: few verbs, no SQL. One conformance suite (test/store/conformance.ts) runs on
 * both drivers. All writes are durable when their promise resolves (but usage rows, which go in blocks). Lost
 * connections throw AppError `unavailable`.
 */

import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import type { Run, RunStatus, TaskOutcome } from '../core/run.ts';
import type { NewRunEvent, RunEvent } from '../core/run-event.ts';
import type { TaskRecord, TaskStatus } from '../core/task.ts';
import type { TaskStep } from '../core/task-step.ts';
import type { AttemptUsage } from '../core/usage.ts';
import type { ConversationStore } from './conversation-store.ts';
import type { ExperimentStore } from './experiment-store.ts';
import type { IdempotencyRecord, IdempotencyStore } from './idempotency-store.ts';
import type { PersonaStore } from './persona-store.ts';
import type { SecretRow, SecretStore } from './secret-store.ts';
import type { NewStudy, StudyStore } from './study-store.ts';
import type { UsageStore } from './usage-store.ts';
import type { Use, UseStore } from './use-store.ts';
import type { KeyStore, UserStore } from './user-store.ts';

export type { IdempotencyRecord, IdempotencyStore } from './idempotency-store.ts';

export interface Store {
  readonly kind: 'duckdb' | 'postgres';
  readonly tasks: TaskStore;
  readonly runs: RunStore;
  readonly events: EventStore;
  readonly idempotency: IdempotencyStore;
  readonly users: UserStore;
  readonly keys: KeyStore;
  readonly uses: UseStore;
  readonly secrets: SecretStore;
  readonly experiments: ExperimentStore;
  readonly usage: UsageStore;
  readonly personas: PersonaStore;
  readonly studies: StudyStore;
  readonly conversations: ConversationStore;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  /** Writes what waits, then closes. */
  close(): Promise<void>;
}

/** What the activities of executors use of a store: all that a worker without a database is given. */
export interface TaskWorkerStore {
  readonly kind: Store['kind'] | 'remote';
  readonly tasks: Pick<TaskStore, 'get' | 'getMany'>;
  readonly runs: Pick<RunStore, 'context' | 'outcomes' | 'steps' | 'commit'>;
  readonly events: Pick<EventStore, 'publish'>;
}

export interface TaskFilter {
  readonly userId?: string;
  readonly status?: TaskStatus;
  readonly rootOnly?: boolean;
  readonly limit: number;
  readonly offset: number;
}

/** Fields `tasks.update` may set. A `status` detaches the task from its latest run (is_manual). */
export type TaskPatch = Partial<
  Pick<
    TaskRecord,
    | 'name'
    | 'status'
    | 'progress'
    | 'error'
    | 'result'
    | 'priority'
    | 'inputs'
    | 'params'
    | 'schemas'
    | 'dependencies'
    | 'started_at'
    | 'completed_at'
    | 'schedule_type'
    | 'schedule_expression'
    | 'schedule_enabled'
    | 'schedule_start_at'
    | 'schedule_end_at'
    | 'next_run_at'
    | 'last_run_at'
    | 'max_runs'
    | 'run_count'
    | 'charged_to'
    | 'policy'
  >
>;

/** A task's schedule, without the rest of the task. */
export type ScheduledTask = Pick<
  TaskRecord,
  | 'id'
  | 'user_id'
  | 'created_at'
  | 'schedule_type'
  | 'schedule_expression'
  | 'schedule_enabled'
  | 'schedule_start_at'
  | 'schedule_end_at'
  | 'next_run_at'
  | 'last_run_at'
  | 'max_runs'
  | 'run_count'
  | 'charged_to'
  | 'policy'
>;

export interface TaskStore {
  /**
   * Inserts whole trees, all or nothing, root first. Throws `conflict` with the text
   * "Task with id 'X' already exists" when an id is taken, whoever owns it.
   */
  create(tasks: readonly TaskRecord[], idempotency?: IdempotencyRecord): Promise<void>;
  /** The view of the latest run. Embedded: from a write-through cache. */
  get(taskId: string): Promise<TaskRecord | null>;
  getMany(taskIds: readonly string[]): Promise<TaskRecord[]>;
  /** All tasks of a tree by position; [] when unknown. */
  tree(treeId: string): Promise<TaskRecord[]>;
  /** Direct children by position. */
  children(parentId: string): Promise<TaskRecord[]>;
  /** Newest tree first, then by position. Results above 64 KiB come as `{ref, size, preview}`. */
  list(filter: TaskFilter): Promise<TaskRecord[]>;
  /** Count by status (zeroes included) of what matches. */
  count(filter: { userId?: string; rootOnly?: boolean }): Promise<Record<TaskStatus, number>>;
  /** Returns the task after the change, null when unknown. Sets updated_at. Throws `conflict` while a run of it is active and a status is set. */
  update(taskId: string, patch: TaskPatch): Promise<TaskRecord | null>;
  /** Physical. Returns how many went; their runs and events go too. */
  delete(taskIds: readonly string[]): Promise<number>;
  /** Clones: marks originals `has_references`. */
  markReferenced(taskIds: readonly string[]): Promise<void>;
  /** Clone mode `archive`: marks the same rows. */
  archive(taskIds: readonly string[]): Promise<void>;
  /** Tasks that have schedule fields, of this user or of everybody, by id. Nothing but those fields is read. */
  scheduled(userId?: string): Promise<ScheduledTask[]>;
  /** Ids among these that some other task links to (origin_type link). */
  linkedTo(taskIds: readonly string[]): Promise<string[]>;
}

/** Everything a run starts with; stored in one transaction before the client is answered. */
export interface AcceptRun {
  readonly runId: string;
  readonly rootTaskId: string;
  readonly targetTaskId: string;
  readonly userId: string;
  readonly useDemo: boolean;
  readonly plan: Plan;
  /** Inline execution: tasks that do not exist yet are inserted in the same transaction. */
  readonly newTasks?: readonly TaskRecord[];
  /** Outcomes kept from earlier runs (finished results of a continued run). */
  readonly carried: readonly TaskOutcome[];
  /** Opaque options the workflow's activities need: webhook config, fairness, secret refs (never a secret). */
  readonly options: JsonObject;
  readonly events: readonly NewRunEvent[];
  readonly idempotency?: IdempotencyRecord;
  /** What the run counts, granted by the ledger; on a shared store reserved before and confirmed here. */
  readonly uses?: readonly Use[];
  /** The run holds a place among those that run at once. */
  readonly slot?: { readonly subject: string };
  /** Sealed keys that the run's activities open; gone when it ends. */
  readonly secrets?: readonly SecretRow[];
  /** The study whose tree this is. */
  readonly study?: NewStudy;
}

export type AcceptResult =
  | { readonly status: 'accepted'; readonly run: Run }
  /** One active run per root. */
  | { readonly status: 'already_running'; readonly run: Run };

/** A run with all its activities need, loaded once per process and run. */
export interface RunContext {
  readonly run: Run;
  readonly plan: Plan;
  readonly options: JsonObject;
}

/** One transaction of a running tree. Applied in this order; idempotent: the first terminal fact of a generation wins. */
export interface RunCommit {
  readonly runId: string;
  /** Rows to write; a terminal row of the same generation that already stands is left and reported back. */
  readonly outcomes?: readonly TaskOutcome[];
  readonly events?: readonly NewRunEvent[];
  /** Steps of tasks, begun or ended; one that stands as completed is left. */
  readonly steps?: readonly TaskStep[];
  /**
   * What the attempts behind these outcomes have used, and cancelled ones, which have none. Not written here: it goes
   * to the usage store, unless its outcome lost.
   */
  readonly attempts?: readonly AttemptUsage[];
  /** What limits the run was accepted under, for its usage rows. */
  readonly userPlan?: string | null;
  /** Ends the run and frees its root. A second end is ignored. */
  readonly end?: {
    readonly status: 'completed' | 'failed' | 'cancelled';
    readonly error: string | null;
    /** Canned results among the run's; absent = nobody counted. */
    readonly demoTasks?: number;
    /** No key came with the run's request. Absent: if there is one, it goes in the same transaction. */
    readonly hasNoKey?: boolean;
  };
  /** Pause and resume. */
  readonly status?: 'in_progress' | 'paused';
}

export interface RunStore {
  accept(input: AcceptRun): Promise<AcceptResult>;
  get(runId: string): Promise<Run | null>;
  /** Newest first. `taskId` matches root or target. */
  list(filter: {
    userId?: string;
    taskId?: string;
    status?: RunStatus;
    limit: number;
    offset: number;
  }): Promise<Run[]>;
  /** Runs that have not ended, oldest first. */
  active(filter: { userId?: string; rootTaskIds?: readonly string[]; limit: number }): Promise<Run[]>;
  countActive(userId?: string): Promise<number>;
  context(runId: string): Promise<RunContext | null>;
  /** Rows of these tasks in this run (all of the run's when `taskIds` is absent); tasks without a row are absent. */
  outcomes(runId: string, taskIds?: readonly string[]): Promise<TaskOutcome[]>;
  /**
   * Steps of these tasks in this run, of all generations, in the order of their calls. `isBrief`: results above 64 KiB
   * as `{size, preview}`.
   */
  steps(runId: string, taskIds: readonly string[], options?: { isBrief?: boolean }): Promise<TaskStep[]>;
  /** Returns the outcomes that stand for those given, in order, and the events with their numbers. */
  commit(commit: RunCommit): Promise<{ outcomes: TaskOutcome[]; events: RunEvent[] }>;
  /**
   * Gives an active run a higher number, and so another workflow id: its own is taken by a run of a deleted root.
   * Does nothing when the run's number is no longer `from`. Returns the run as it stands, null when unknown.
   */
  renumber(runId: string, from: number, to: number): Promise<Run | null>;
  /** A full result by reference, however large. */
  result(runId: string, taskId: string): Promise<JsonValue | null>;
}

export interface EventStore {
  /** Stored events with seq > afterSeq in order. */
  read(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>;
  /** Called for every committed event of every run, also those of other processes (PostgreSQL: LISTEN). Returns a stop function. */
  subscribe(listener: (event: RunEvent) => void): () => void;
  /** Streams without storing (task-delta). */
  publish(event: RunEvent): void;
}
