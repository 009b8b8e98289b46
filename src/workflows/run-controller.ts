/**
 * The state of one running tree and the fibres that move it: one `advance` at a time (inline tasks and all rows the
 * workflow wants written), activities within the window, waits. Handlers only set state; the main loop launches.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setCurrentDetails,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Plan } from '../core/plan.ts';
import { STATE } from '../core/plan.ts';
import type { CarriedState, Change, PendingWait, RunEnd, RunTreeInput } from '../core/run-protocol.ts';
import { RunState, type Settled, type SettledChar } from '../core/run-state.ts';
import { currentDetails } from './current-details.ts';
import { callTasks, groupTasks, rows } from './task-calls.ts';
import { type Decision, WaitBoard } from './wait-board.ts';

interface Group {
  readonly members: readonly number[];
  readonly scope: CancellationScope;
}

export class RunController {
  /** Set when history is long: nothing new starts until continue-as-new. */
  isDraining = false;
  ended: RunEnd | null = null;
  readonly #input: RunTreeInput;
  readonly #plan: Plan;
  readonly #state: RunState;
  readonly #generations: Record<number, number>;
  readonly #waits: WaitBoard;
  readonly #groups = new Set<Group>();
  #changes: Change[] = [];
  #resets: number[] = [];
  #statusToWrite: 'paused' | 'in_progress' | null = null;
  #isPaused: boolean;
  #cancel: { reason: string | null; force: boolean } | null = null;
  #advance: CancellationScope | null = null;
  /** Handlers that need the tree to stand still: no advance starts meanwhile. */
  #holds = 0;
  #hasChanged = false;
  /** It runs long enough to be looked at. */
  #isWatched = false;

  /** `settled`: what ended before, and is written. */
  constructor(input: RunTreeInput, plan: Plan, settled: readonly Settled[] = []) {
    this.#input = input;
    this.#plan = plan;
    this.#state = new RunState(plan, input.carried?.state);
    this.#generations = { ...input.carried?.generations };
    this.#isPaused = input.carried?.isPaused ?? false;
    this.#waits = new WaitBoard(input.runId, this.#generations, {
      onWait: () => {
        this.#hasChanged = true;
      },
      onEnd: (index, state) => this.#written([[index, state]]),
      onResume: (index) => {
        this.#state.reset([index]);
        this.#hasChanged = true;
      },
      onError: (index, error) => {
        this.#decided(this.#state.settle(index, STATE.failed), failureText(error));
        this.#hasChanged = true;
      },
    });
    this.#written(settled);
    for (const [index, state] of this.#state.resolve()) this.#changes.push({ index, state });
    for (const wait of input.carried?.waits ?? []) this.#waits.add(wait);
  }

  /** Resolves when something happened since the last turn. */
  async nextChange(): Promise<void> {
    await condition(() => this.#hasChanged);
    this.#hasChanged = false;
  }

  get isIdle(): boolean {
    const isQuiet = this.#cancel?.force === true || (this.#groups.size === 0 && this.#waits.isIdle);
    return isQuiet && this.#advance === null && allHandlersFinished();
  }

  get canContinue(): boolean {
    const isFlushed = this.#changes.length === 0 && this.#resets.length === 0 && this.#statusToWrite === null;
    const isQuiet = this.#groups.size === 0 && this.#waits.isIdle && this.#advance === null;
    return this.isDraining && isFlushed && isQuiet && allHandlersFinished();
  }

  carry(): CarriedState {
    return {
      state: this.#state.chars,
      generations: this.#generations,
      waits: this.#waits.pending(),
      isPaused: this.#isPaused,
    };
  }

  /** Starts whatever may start now. Never sets the change flag itself. */
  launch(): void {
    if (this.ended !== null) return;
    if (this.#mayStart) {
      this.#launchWaits();
      this.#launchActivities();
    }
    if (this.#advance === null && this.#holds === 0 && this.#needsAdvance()) void this.#runAdvance();
    // Plain inline trees end within one advance: a table nobody could see would only cost time.
    this.#isWatched ||= this.#groups.size > 0 || !this.#waits.isEmpty || this.#isPaused;
    if (this.#isWatched) {
      setCurrentDetails(currentDetails(this.#plan, this.#state, this.#isPaused));
    }
  }

  cancel(reason: string | null, force: boolean): void {
    this.#cancel = { reason: this.#cancel?.reason ?? reason, force: force || this.#cancel?.force === true };
    this.#waits.clear();
    for (const index of this.#state.unstarted()) this.#give(index, reason);
    for (const group of this.#groups) {
      group.scope.cancel();
      if (force) for (const index of group.members) this.#give(index, reason);
    }
    this.#advance?.cancel();
    this.#hasChanged = true;
  }

  cancelTasks(taskIds: readonly string[], reason: string | null, force: boolean): void {
    const indices = taskIds.flatMap((taskId) => this.#subtreeOf(taskId));
    if (indices.includes(0)) {
      this.cancel(reason, force);
      return;
    }
    for (const index of indices) {
      if (this.#waits.remove(index) || this.#state.stateOf(index) === STATE.pending)
        this.#give(index, reason);
    }
    for (const group of this.#groups) {
      // A batch of quick tasks is not torn apart for one member.
      if (group.members.length > 1 || !indices.includes(group.members[0] as number)) continue;
      group.scope.cancel();
      if (force) this.#give(group.members[0] as number, reason);
    }
    this.#hasChanged = true;
  }

  async setPaused(isPaused: boolean): Promise<void> {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#statusToWrite = isPaused ? 'paused' : 'in_progress';
    this.#hasChanged = true;
    await condition(() => this.ended !== null || (this.#statusToWrite === null && this.#advance === null));
  }

  checkRetry(taskId: string): void {
    const index = this.#indexOf(taskId);
    const state = this.#state.stateOf(index);
    const canRetry = state === STATE.failed || state === STATE.skipped || state === STATE.cancelled;
    // Once the target runs on what it was given, another try of one of its tasks would come too late to count.
    const isTooLate = index !== 0 && 'rc'.includes(this.#state.stateOf(0));
    if (!canRetry || isTooLate || this.#cancel !== null) {
      throw refuse(
        `Task ${taskId} cannot be retried: it is neither failed, skipped nor cancelled in a running tree`,
      );
    }
  }

  retry(taskId: string): Promise<void> {
    return this.#again(() => {
      this.checkRetry(taskId);
      return this.#state.retrySet(this.#indexOf(taskId));
    });
  }

  checkRerun(taskId: string): void {
    const set = this.#state.rerunSet(this.#indexOf(taskId));
    const busy = set.find((index) => !'cfsx'.includes(this.#state.stateOf(index)));
    if (busy !== undefined || this.#cancel !== null) {
      throw refuse(`Task ${taskId} cannot be re-run yet: wait until it has ended, or cancel it first`);
    }
  }

  rerun(taskId: string): Promise<void> {
    return this.#again(() => {
      this.checkRerun(taskId);
      return this.#state.rerunSet(this.#indexOf(taskId));
    });
  }

  checkDecide(taskId: string): void {
    if (!this.#waits.isApproval(this.#indexOf(taskId)))
      throw refuse(`Task ${taskId} is not waiting for approval`);
  }

  decide(decision: Decision & { readonly taskId: string }): Promise<void> {
    this.#hasChanged = true;
    return this.#waits.decide(this.#indexOf(decision.taskId), decision);
  }

  get #mayStart(): boolean {
    return !this.#isPaused && !this.isDraining && this.#cancel === null;
  }

  #launchWaits(): void {
    for (const index of this.#state.ready((candidate) => this.#plan.tasks[candidate]?.placement === 'wait')) {
      this.#state.start(index, STATE.waiting);
      this.#waits.begin(index);
    }
  }

  #launchActivities(): void {
    const free = this.#input.limits.window - this.#groups.size;
    if (free <= 0) return;
    const ready = this.#state.ready((index) => this.#plan.tasks[index]?.placement === 'activity');
    for (const members of groupTasks(this.#plan, ready).slice(0, free)) {
      for (const index of members) this.#state.start(index);
      void this.#runGroup({ members, scope: new CancellationScope() });
    }
  }

  async #runGroup(group: Group): Promise<void> {
    this.#groups.add(group);
    try {
      const items = group.members.map((index) => [index, this.#generations[index] ?? 0] as const);
      const input = { runId: this.#input.runId, items, generations: this.#generations };
      const output = await group.scope.run(() =>
        callTasks(this.#plan, group.members, input, this.#input.limits.heartbeatTimeoutMs),
      );
      this.#written(output.settled);
      if (output.wait !== undefined) this.#waitInGroup(group, output.wait);
    } catch (error) {
      for (const index of group.members) {
        if (isCancellation(error)) this.#give(index, this.#cancel?.reason ?? null);
        else this.#decided(this.#state.settle(index, STATE.failed), failureText(error));
      }
    } finally {
      this.#groups.delete(group);
      this.#hasChanged = true;
    }
  }

  /** It has begun and now waits for a person; a cancel that came meanwhile ends it here. */
  #waitInGroup(group: Group, wait: PendingWait): void {
    const { index } = wait;
    if (this.#cancel !== null || group.scope.consideredCancelled)
      this.#give(index, this.#cancel?.reason ?? null);
    else {
      this.#state.start(index, STATE.waiting);
      this.#waits.add(wait);
    }
  }

  #needsAdvance(): boolean {
    if (this.#changes.length > 0 || this.#resets.length > 0 || this.#statusToWrite !== null) return true;
    if (this.#state.isDone) return true;
    return (
      this.#mayStart &&
      this.#state.ready((index) => this.#plan.tasks[index]?.placement === 'inline', 1).length > 0
    );
  }

  async #runAdvance(): Promise<void> {
    const scope = new CancellationScope();
    this.#advance = scope;
    const input = {
      runId: this.#input.runId,
      state: this.#state.chars,
      generations: { ...this.#generations },
      changes: this.#changes,
      resets: this.#resets,
      ...(this.#statusToWrite === null ? {} : { status: this.#statusToWrite }),
      mayStart: this.#mayStart,
      ...(this.#cancel === null ? {} : { cancel: { reason: this.#cancel.reason } }),
    };
    this.#changes = [];
    this.#resets = [];
    this.#statusToWrite = null;
    try {
      const output = await scope.run(() => rows.advance(input));
      this.#written(output.settled);
      this.ended = output.ended;
    } catch (error) {
      // Only a run that the store does not know fails here: everything else is retried.
      if (!isCancellation(error)) this.ended = { status: 'failed', error: failureText(error) };
      // Cancelled before it started: nothing was written, so what it was to write waits for the next one.
      this.#changes = [...input.changes, ...this.#changes];
      this.#resets = [...input.resets, ...this.#resets];
    } finally {
      this.#advance = null;
      this.#hasChanged = true;
    }
  }

  /** Applies facts that are in the store already; what follows from them here but not there is still to be written. */
  #written(settled: readonly Settled[]): void {
    const known = new Set(settled.map(([index]) => index));
    for (const [index, state] of settled) {
      const follows = this.#state.settle(index, state).filter(([other]) => !known.has(other));
      this.#decided(follows);
    }
    this.#hasChanged = true;
  }

  #decided(settled: readonly Settled[], error?: string): void {
    settled.forEach(([index, state], position) => {
      this.#changes.push({ index, state, ...(position === 0 && error !== undefined ? { error } : {}) });
    });
  }

  /** Gives a task up as cancelled. */
  #give(index: number, reason: string | null): void {
    this.#decided(this.#state.settle(index, STATE.cancelled as SettledChar), reason ?? undefined);
  }

  /** Resets what `choose` names, with no advance in flight that could end the run on the old state. */
  async #again(choose: () => number[]): Promise<void> {
    this.#holds++;
    try {
      await condition(() => this.#advance === null);
      if (this.ended !== null) throw refuse('The run has ended meanwhile: execute the task again');
      const indices = choose();
      for (const index of indices) this.#generations[index] = (this.#generations[index] ?? 0) + 1;
      this.#changes = this.#changes.filter((change) => !indices.includes(change.index));
      this.#resets.push(...indices);
      this.#state.reset(indices);
    } finally {
      this.#holds--;
      this.#hasChanged = true;
    }
    await condition(() => this.ended !== null || (this.#resets.length === 0 && this.#advance === null));
  }

  #subtreeOf(taskId: string): number[] {
    const index = this.#plan.tasks.findIndex((task) => task.id === taskId);
    return index < 0 ? [] : this.#state.subtree(index);
  }

  #indexOf(taskId: string): number {
    const index = this.#plan.tasks.findIndex((task) => task.id === taskId);
    if (index < 0) throw refuse(`Task ${taskId} is not part of this run`);
    return index;
  }
}

function refuse(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'conflict');
}

function failureText(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return 'The task timed out and its worker did not answer';
  return cause instanceof Error ? cause.message : 'The task failed';
}
