/**
 * What this process remembers of active runs: context, task definitions and terminal outcomes, so that a tree that
 * runs here reads nothing back from the store. A cache only: whatever is missing is loaded, and generations tell
 * when an outcome is stale.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '../core/errors.ts';
import { STATE } from '../core/plan.ts';
import { roughSize } from '../core/rough-size.ts';
import type { RunSummary, TaskOutcome } from '../core/run.ts';
import type { Generations } from '../core/run-protocol.ts';
import { isTerminal, type TaskRecord } from '../core/task.ts';
import type { RunContext, TaskWorkerStore } from '../ports/store.ts';
import { RunLlmUse } from './run-llm-use.ts';

/** Runs remembered at once; at least twice what may be in flight. */
const REMEMBERED_RUNS = 500;

/** Results of ended runs remembered at once; what does not fit is read from the store. */
const REMEMBERED_RESULT_BYTES = 16 * 1024 * 1024;

export interface RunEntry {
  readonly context: RunContext;
  readonly indexOf: ReadonlyMap<string, number>;
  readonly definitions: Map<string, TaskRecord>;
  /** Terminal outcomes by task id. */
  readonly outcomes: Map<string, TaskOutcome>;
  /** Some of its tasks run on named queues: in other processes. */
  readonly hasQueuedTasks: boolean;
  /** Nothing of this run can have happened anywhere else yet. */
  isFresh: boolean;
  readonly llm: RunLlmUse;
  /** The task whose start is the tree's; set when somebody asks. */
  startIndex: number | null;
  /** `onTreeStarted` was fired here. */
  isStartTold: boolean;
}

export class RunMemory {
  readonly #store: TaskWorkerStore;
  readonly #runs = new LRUCache<string, RunEntry>({ max: REMEMBERED_RUNS });
  /** How runs ended here, for whoever waits for them in this process. */
  readonly #ends = new LRUCache<string, RunSummary>({
    max: REMEMBERED_RUNS,
    maxSize: REMEMBERED_RESULT_BYTES,
    sizeCalculation: ({ result }) => 500 + roughSize(result),
  });
  readonly #loading = new Map<string, Promise<RunEntry>>();

  constructor(store: TaskWorkerStore) {
    this.#store = store;
  }

  /** Loads a run with everything that ended already. Throws `not_found` when the store does not know it. */
  get(runId: string): Promise<RunEntry> | RunEntry {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known;
    let loading = this.#loading.get(runId);
    if (loading === undefined) {
      loading = this.#load(runId).finally(() => this.#loading.delete(runId));
      this.#loading.set(runId, loading);
    }
    return loading;
  }

  /** Takes over what the accepting process has at hand, so that nothing is read back. */
  prime(context: RunContext, tasks: readonly TaskRecord[], outcomes: readonly TaskOutcome[]): void {
    this.#runs.set(context.run.run_id, entryOf(context, tasks, outcomes, true));
  }

  /** The run ended and is committed: keeps only what a waiting caller asks for. */
  end(summary: RunSummary): void {
    this.#ends.set(summary.runId, summary);
    this.#runs.delete(summary.runId);
  }

  ended(runId: string): RunSummary | undefined {
    return this.#ends.get(runId);
  }

  /** What this process believes may be wrong (a commit failed): the next look reads the store. */
  forget(runId: string): void {
    this.#runs.delete(runId);
  }

  /** The terminal outcome of a task as far as this process knows; no look at the store. */
  known(entry: RunEntry, taskId: string, generations: Generations): TaskOutcome | undefined {
    const outcome = entry.outcomes.get(taskId);
    return outcome !== undefined && isCurrent(entry, outcome, generations) ? outcome : undefined;
  }

  /** Learns what other processes may have ended meanwhile. The embedded database knows only workers of named queues. */
  async refresh(entry: RunEntry): Promise<void> {
    const isAlone = this.#store.kind === 'duckdb' && !entry.hasQueuedTasks;
    if (isAlone || entry.isFresh) {
      entry.isFresh = false;
      return;
    }
    this.remember(
      entry,
      (await this.#store.runs.outcomes(entry.context.run.run_id)).filter(({ status }) => isTerminal(status)),
    );
  }

  async definition(entry: RunEntry, taskId: string): Promise<TaskRecord> {
    const known = entry.definitions.get(taskId);
    if (known !== undefined) return known;
    const task = await this.#store.tasks.get(taskId);
    if (task === null) throw new AppError('not_found', `Task ${taskId} not found`, { retryable: false });
    entry.definitions.set(taskId, task);
    return task;
  }

  async definitions(entry: RunEntry, taskIds: readonly string[]): Promise<void> {
    const missing = taskIds.filter((taskId) => !entry.definitions.has(taskId));
    if (missing.length === 0) return;
    for (const task of await this.#store.tasks.getMany(missing)) entry.definitions.set(task.id, task);
  }

  /** Terminal outcomes of these tasks of the run, of the generation asked for; absent when not terminal. */
  async outcomes(
    entry: RunEntry,
    taskIds: readonly string[],
    generations: Generations,
  ): Promise<Map<string, TaskOutcome>> {
    const found = new Map<string, TaskOutcome>();
    const missing: string[] = [];
    for (const taskId of taskIds) {
      const outcome = entry.outcomes.get(taskId);
      if (outcome !== undefined && isCurrent(entry, outcome, generations)) found.set(taskId, outcome);
      else missing.push(taskId);
    }
    if (missing.length > 0) {
      for (const outcome of await this.#store.runs.outcomes(entry.context.run.run_id, missing)) {
        if (!isTerminal(outcome.status) || !isCurrent(entry, outcome, generations)) continue;
        entry.outcomes.set(outcome.taskId, outcome);
        found.set(outcome.taskId, outcome);
      }
    }
    return found;
  }

  remember(entry: RunEntry, outcomes: readonly TaskOutcome[]): void {
    for (const outcome of outcomes) {
      if (isTerminal(outcome.status)) entry.outcomes.set(outcome.taskId, outcome);
      else entry.outcomes.delete(outcome.taskId);
    }
  }

  async #load(runId: string): Promise<RunEntry> {
    const context = await this.#store.runs.context(runId);
    if (context === null)
      throw new AppError('not_found', `Run ${runId} not found in the store`, { retryable: false });
    const entry = entryOf(context, [], await this.#store.runs.outcomes(runId), false);
    this.#runs.set(runId, entry);
    return entry;
  }
}

function entryOf(
  context: RunContext,
  tasks: readonly TaskRecord[],
  outcomes: readonly TaskOutcome[],
  isFresh: boolean,
): RunEntry {
  return {
    context,
    // Activities may have ended in another process before the first look.
    isFresh: isFresh && context.plan.tasks.every(({ placement }) => placement === 'inline'),
    hasQueuedTasks: context.plan.tasks.some(({ queue }) => queue !== undefined),
    llm: isFresh ? new RunLlmUse() : spentBefore(context, outcomes),
    startIndex: null,
    isStartTold: false,
    indexOf: new Map(context.plan.tasks.map((task, index) => [task.id, index])),
    definitions: new Map(tasks.map((task) => [task.id, task])),
    outcomes: new Map(
      outcomes.filter(({ status }) => isTerminal(status)).map((outcome) => [outcome.taskId, outcome]),
    ),
  };
}

/**
 * From the rows of tasks that this run has carried out; a task that asked a model counts as one call. A row knows the
 * task's last attempt only.
 */
function spentBefore({ plan }: RunContext, outcomes: readonly TaskOutcome[]): RunLlmUse {
  const carried = new Set(
    plan.tasks.filter((_, index) => plan.state[index] === STATE.completed).map(({ id }) => id),
  );
  const spent = new RunLlmUse();
  for (const { taskId, tokenUsage } of outcomes) {
    if (tokenUsage === null || carried.has(taskId)) continue;
    spent.calls++;
    const tokens = Number(tokenUsage['total_tokens'] ?? 0);
    const cost = Number(tokenUsage['cost_nano_usd'] ?? 0);
    spent.tokens += tokens;
    spent.tree.add(tokens, cost);
    spent.ofTask(taskId).add(tokens, cost);
  }
  return spent;
}

function isCurrent(entry: RunEntry, outcome: TaskOutcome, generations: Generations): boolean {
  const index = entry.indexOf.get(outcome.taskId);
  return index === undefined || outcome.generation === (generations[index] ?? 0);
}
