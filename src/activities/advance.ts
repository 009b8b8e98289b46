/**
 * The local activity that moves a run: writes what the workflow decided, runs the ready inline frontier and the ones
 * after it in one go, and commits the end of the run when nothing is left. Running it again after a crash is harmless:
 * terminal rows stand, whoever wrote them first.
 */
import type { JsonValue } from '../core/json.ts';
import { runLlmKeys } from '../core/llm/run-keys.ts';
import { STATE } from '../core/plan.ts';
import type { TaskOutcome } from '../core/run.ts';
import type { AdvanceInput, AdvanceOutput, RunEnd } from '../core/run-protocol.ts';
import { RunState, type Settled } from '../core/run-state.ts';
import type { AttemptUsage } from '../core/usage.ts';
import { usageOfCancelledWaits } from './cancelled-usage.ts';
import { CommitBuffer } from './commit-buffer.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { endEvent, event, headline, outcome, settledChar, statusOf } from './outcomes.ts';
import { reasonFor } from './reasons.ts';
import { hookedTree } from './run-for-hooks.ts';
import type { RunEntry } from './run-memory.ts';
import { runTask } from './run-task.ts';

/** After this it takes no new task and hands the rest back, so that a cancel or a pause is never far away. */
const BUDGET_MS = 250;
/** The loop is everybody's: give it back this often. */
const YIELD_EVERY_MS = 10;
/** What ended is shown to others after this long, not only when the whole frontier is done. */
const FLUSH_EVERY_MS = 100;
/** Inline tasks that wait for a worker thread overlap; the others never notice. */
const OVERLAP = 4;

const TREE_POINT = {
  completed: 'onTreeCompleted',
  failed: 'onTreeFailed',
  cancelled: 'onTreeCancelled',
} as const;

export async function advance(
  deps: ActivityDependencies,
  input: AdvanceInput,
  signal: AbortSignal,
): Promise<AdvanceOutput> {
  const entry = await deps.memory.get(input.runId);
  await deps.memory.refresh(entry);
  const turn = new Turn(deps, input, entry, signal);
  turn.writeDecisions(await usageOfCancelledWaits(deps, entry, input));
  if (input.mayStart) await turn.runFrontier();
  const ended = turn.writeEnd();
  if (ended !== null) deps.memory.end({ runId: input.runId, ...ended, result: targetResult(entry, ended) });
  await turn.flush();
  if (ended !== null) await deps.hooks.tree(TREE_POINT[ended.status], () => hookedTree(entry, ended));
  const error = ended === null || ended.error === null ? null : headline(ended.error);
  return { settled: turn.settled, ended: ended === null ? null : { ...ended, error } };
}

type Counted = RunEnd & { readonly demoTasks: number };

function targetResult(entry: RunEntry, ended: RunEnd): JsonValue | null {
  if (ended.status !== 'completed') return null;
  return entry.outcomes.get(entry.context.run.target_task_id)?.result ?? null;
}

class Turn {
  readonly settled: Settled[] = [];
  readonly #deps: ActivityDependencies;
  readonly #input: AdvanceInput;
  readonly #entry: RunEntry;
  readonly #signal: AbortSignal;
  readonly #state: RunState;
  readonly #buffer: CommitBuffer;
  readonly #startedMs: number;
  #yieldedMs: number;
  #flushedMs: number;

  constructor(deps: ActivityDependencies, input: AdvanceInput, entry: RunEntry, signal: AbortSignal) {
    this.#deps = deps;
    this.#input = input;
    this.#entry = entry;
    this.#signal = signal;
    this.#state = new RunState(entry.context.plan, input.state);
    this.#buffer = new CommitBuffer(deps, entry);
    this.#startedMs = performance.now();
    this.#yieldedMs = this.#startedMs;
    this.#flushedMs = this.#startedMs;
  }

  /** Skips, cancels and resets that the workflow decided, and its pauses. */
  writeDecisions(used: readonly AttemptUsage[]): void {
    for (const attempt of used) this.#buffer.attempt(attempt);
    const nowMs = this.#deps.now();
    for (const index of this.#input.resets) {
      this.#buffer.outcome(outcome(this.#id(index), this.#generation(index), 'pending'));
      this.#buffer.event(
        event('task-retried', this.#id(index), nowMs, { generation: this.#generation(index) }),
      );
    }
    for (const change of this.#input.changes) this.#end(change.index, change.state, change.error);
    const { status } = this.#input;
    if (status === undefined) return;
    this.#buffer.status(status);
    this.#buffer.event(event(status === 'paused' ? 'run-paused' : 'run-resumed', null, nowMs));
  }

  async runFrontier(): Promise<void> {
    const workers = Array.from({ length: OVERLAP }, () => this.#takeTasks());
    await Promise.all(workers);
  }

  writeEnd(): Counted | null {
    if (!this.#state.isDone) return null;
    const { status, cause } = this.#state.verdict(this.#input.cancel !== undefined);
    const error = this.#endError(status, cause);
    const demoTasks = this.#demoTasks();
    const size = { task_count: this.#entry.context.plan.tasks.length, demo_tasks: demoTasks };
    const hasNoKey = !runLlmKeys(this.#entry.context.options).hasOwn;
    this.#buffer.end({ status, error, demoTasks, hasNoKey });
    this.#buffer.event(event('run-ended', null, this.#deps.now(), { status, error, ...size }));
    return { status, error, demoTasks };
  }

  flush(): Promise<void> {
    return this.#buffer.close();
  }

  async #takeTasks(): Promise<void> {
    for (;;) {
      if (this.#signal.aborted || performance.now() - this.#startedMs > BUDGET_MS) return;
      const [index] = this.#state.ready(
        (ready) => this.#entry.context.plan.tasks[ready]?.placement === 'inline',
        1,
      );
      if (index === undefined) return;
      this.#state.start(index);
      await this.#runOne(index);
      await this.#maybeYield();
    }
  }

  async #runOne(index: number): Promise<void> {
    const ran = await runTask(this.#deps, this.#entry, {
      index,
      generations: this.#input.generations,
      signal: this.#signal,
      attempt: 1,
      failedBefore: 0,
      emit: (started) => this.#buffer.event(started),
    });
    // An abort hands the task back untouched: the workflow says what becomes of it.
    if (ran.kind !== 'ended') return;
    const { ended } = ran;
    if (!ran.isKnown) {
      this.#buffer.outcome(ended);
      this.#buffer.attempt(ran.attempt);
      this.#buffer.event(endEvent(this.#input.runId, ended, this.#deps.now(), ran.annotations));
    }
    this.#apply(index, ended);
  }

  #apply(index: number, ended: TaskOutcome): void {
    const [own, ...follows] = this.#state.settle(index, settledChar(ended.status));
    if (own !== undefined) this.settled.push(own);
    for (const [other, otherState] of follows) {
      this.settled.push([other, otherState]);
      this.#end(other, otherState);
    }
  }

  /** Writes a terminal fact that no executor produced. */
  #end(index: number, state: Settled[1], error?: string): void {
    const nowMs = this.#deps.now();
    const ended = outcome(this.#id(index), this.#generation(index), statusOf(state), {
      error: error ?? reasonFor(this.#entry.context.plan, this.#state, index, (id) => this.#shown(id)),
      completedAt: event('task-completed', null, nowMs).at,
    });
    this.#buffer.outcome(ended);
    this.#buffer.event(endEvent(this.#input.runId, ended, nowMs));
  }

  /** Canned results among those that stand: this process knows all outcomes of a run that it ends. */
  #demoTasks(): number {
    let count = 0;
    for (const { demo } of this.#entry.outcomes.values()) if (demo?.active === true) count++;
    return count;
  }

  #endError(status: RunEnd['status'], cause: number): string | null {
    if (status === 'completed') return null;
    if (status === 'cancelled') return this.#input.cancel?.reason ?? 'Cancelled';
    const known = this.#entry.outcomes.get(this.#id(cause))?.error ?? this.#buffer.errorOf(this.#id(cause));
    const failed = `task ${this.#shown(this.#id(cause))} ${this.#state.stateOf(cause) === STATE.failed ? 'failed' : 'did not complete'}`;
    return `Task tree execution failed: ${failed}${known === null || known === undefined ? '' : `: ${known}`}`;
  }

  /** People know a task by its name; where nobody has read the row yet, the id must do. */
  #shown(taskId: string): string {
    const name = this.#entry.definitions.get(taskId)?.name ?? taskId;
    return name === taskId ? `'${taskId}'` : `'${name}' (${taskId})`;
  }

  async #maybeYield(): Promise<void> {
    if (performance.now() - this.#yieldedMs < YIELD_EVERY_MS) return;
    if (performance.now() - this.#flushedMs > FLUSH_EVERY_MS) {
      this.#buffer.flushSoon();
      this.#flushedMs = performance.now();
    }
    await new Promise((resolve) => setImmediate(resolve));
    this.#yieldedMs = performance.now();
  }

  #id(index: number): string {
    return this.#entry.context.plan.tasks[index]?.id ?? '';
  }

  #generation(index: number): number {
    return this.#input.generations[index] ?? 0;
  }
}
