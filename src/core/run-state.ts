/**
 * The scheduler: which task of a plan may run next, what a finished one means for the others, how the run ends.
 * Pure and deterministic: the workflow and the activity that fuses a frontier run the very same code.
 *
 * Rules (modelled in test/core/run-state-model.test.ts): a task is ready when its dependencies and its children are terminal; a required
 * dependency that did not complete skips it; the target (index 0) is decided last and is failed, never skipped; ready
 * tasks go by priority, then by position. A task is *optional* when some task declares it so and none requires it:
 * only its failure leaves the run standing.
 */
import { type Plan, STATE, type StateChar } from './plan.ts';
import { ReadyQueue } from './ready-queue.ts';

export type SettledChar = 'c' | 'f' | 's' | 'x';
/** Index of a task and what became of it. */
export type Settled = readonly [index: number, state: SettledChar];

export interface RunVerdict {
  readonly status: 'completed' | 'failed' | 'cancelled';
  /** The task that decided a failure: the target itself, or what it fell over. -1 when nothing failed. */
  readonly cause: number;
}

export class RunState {
  readonly #plan: Plan;
  readonly #state: StateChar[];
  /** Unfinished dependencies and children of each task. */
  #blockers: Int32Array;
  #dependants: number[][];
  readonly #children: number[][];
  readonly #isOptional: boolean[];
  #ready = new ReadyQueue();
  #open = 0;
  #requiredFailure = -1;

  constructor(plan: Plan, state: string = plan.state) {
    const size = plan.tasks.length;
    this.#plan = plan;
    this.#state = Array.from(state, (char) => (char === STATE.running ? STATE.pending : (char as StateChar)));
    this.#blockers = new Int32Array(size);
    this.#dependants = Array.from({ length: size }, () => []);
    this.#children = Array.from({ length: size }, () => []);
    const required = new Uint8Array(size);
    const optional = new Uint8Array(size);
    plan.tasks.forEach((task, index) => {
      if (task.parent >= 0) this.#children[task.parent]?.push(index);
      for (const [dependency, isRequired] of task.deps) {
        this.#dependants[dependency]?.push(index);
        if (isRequired) required[dependency] = 1;
        else optional[dependency] = 1;
      }
    });
    this.#isOptional = plan.tasks.map((_, index) => optional[index] === 1 && required[index] === 0);
    this.#rebuild();
  }

  /** One character a task; enough to build this object again. A task that runs counts as pending in the copy. */
  get chars(): string {
    return this.#state.join('');
  }

  stateOf(index: number): StateChar {
    return this.#state[index] ?? STATE.pending;
  }

  /** Every task is terminal. */
  get isDone(): boolean {
    return this.#open === 0;
  }

  /** Ready tasks in the order they should start, without taking them. */
  ready(accept: (index: number) => boolean, limit = Number.POSITIVE_INFINITY): number[] {
    return this.#ready.peek(accept, limit);
  }

  /** Marks a ready task as started. */
  start(index: number, state: 'r' | 'w' = STATE.running): void {
    this.#ready.remove(index);
    this.#state[index] = state;
  }

  /**
   * Records the end of a task and returns everything that became terminal with it, the task first: dependants that
   * are now skipped, and the target when nothing else is left and it cannot run. A terminal task stays as it is ([]).
   */
  settle(index: number, state: SettledChar): Settled[] {
    const settled: Settled[] = [];
    this.#settleOne(index, state, settled);
    for (let next = 0; next < settled.length; next++) {
      const [done, doneState] = settled[next] as Settled;
      this.#release(done, doneState, settled);
    }
    this.#decideTarget(settled);
    return settled;
  }

  /** Settles what can never run although nothing just ended: call once after building from a given state. */
  resolve(): Settled[] {
    const settled: Settled[] = [];
    this.#state.forEach((state, index) => {
      const isDoomed = index !== 0 && state === STATE.pending && this.#hasUnmetDependency(index);
      if (isDoomed && this.stateOf(index) === STATE.pending)
        settled.push(...this.settle(index, STATE.skipped));
    });
    this.#decideTarget(settled);
    return settled;
  }

  /** This task and its descendants, parents first: what cancelling it means. */
  subtree(index: number): number[] {
    const found = [index];
    for (let next = 0; next < found.length; next++)
      found.push(...(this.#children[found[next] as number] ?? []));
    return found;
  }

  /** Tasks that are neither terminal nor running: what a cancelled run gives up at once. */
  unstarted(): number[] {
    return this.#indices((state) => state === STATE.pending || state === STATE.waiting);
  }

  /** Tasks to run again when `index` is retried: itself, what was skipped because of it, and its ancestors. */
  retrySet(index: number): number[] {
    return this.#downstream(index, (state) => state === STATE.skipped || state === STATE.failed);
  }

  /** Tasks to run again from `index` on: itself and whatever depends on it, finished or not. */
  rerunSet(index: number): number[] {
    return this.#downstream(index, () => true);
  }

  /** Makes tasks pending again. None of them may be running. */
  reset(indices: readonly number[]): void {
    for (const index of indices) this.#state[index] = STATE.pending;
    this.#rebuild();
  }

  /** How the run ended. Call when `isDone`. */
  verdict(isCancelled: boolean): RunVerdict {
    if (isCancelled || this.#state[0] === STATE.cancelled) return { status: 'cancelled', cause: -1 };
    if (this.#state[0] === STATE.completed && this.#requiredFailure < 0)
      return { status: 'completed', cause: -1 };
    return { status: 'failed', cause: this.failureCause() };
  }

  /** The task the target fell over (the first required failure, else a required dependency that did not complete). */
  failureCause(): number {
    if (this.#requiredFailure >= 0) return this.#requiredFailure;
    const dependency = this.#plan.tasks[0]?.deps.find(
      ([index, required]) => required === 1 && this.#isUnmet(index),
    );
    return dependency?.[0] ?? 0;
  }

  #settleOne(index: number, state: SettledChar, settled: Settled[]): void {
    const current = this.stateOf(index);
    if (current !== STATE.pending && current !== STATE.running && current !== STATE.waiting) return;
    this.#ready.remove(index);
    this.#state[index] = state;
    this.#open--;
    if (state === STATE.failed && index !== 0 && !this.#isOptional[index] && this.#requiredFailure < 0) {
      this.#requiredFailure = index;
    }
    settled.push([index, state]);
  }

  #release(index: number, state: SettledChar, settled: Settled[]): void {
    for (const dependant of this.#dependants[index] ?? []) {
      this.#unblock(dependant);
      if (dependant !== 0 && state !== STATE.completed && this.#requires(dependant, index)) {
        if (this.stateOf(dependant) === STATE.pending) this.#settleOne(dependant, STATE.skipped, settled);
      }
    }
    const parent = this.#plan.tasks[index]?.parent ?? -1;
    if (parent >= 0) this.#unblock(parent);
  }

  /** The target waits for everything else, so that its fate is known when it is its turn. */
  #decideTarget(settled: Settled[]): void {
    if (this.#open !== 1 || this.#state[0] !== STATE.pending) return;
    if (this.#requiredFailure >= 0 || this.#hasUnmetDependency(0)) this.#settleOne(0, STATE.failed, settled);
    else this.#ready.add(0, this.#plan.tasks[0]?.priority ?? 0);
  }

  #unblock(index: number): void {
    this.#blockers[index] = (this.#blockers[index] ?? 0) - 1;
    if (index !== 0 && this.#blockers[index] === 0 && this.stateOf(index) === STATE.pending) {
      if (!this.#hasUnmetDependency(index)) this.#ready.add(index, this.#plan.tasks[index]?.priority ?? 0);
    }
  }

  #requires(index: number, dependency: number): boolean {
    return (
      this.#plan.tasks[index]?.deps.some(([id, required]) => id === dependency && required === 1) ?? false
    );
  }

  #hasUnmetDependency(index: number): boolean {
    return (
      this.#plan.tasks[index]?.deps.some(([id, required]) => required === 1 && this.#isUnmet(id)) ?? false
    );
  }

  #isUnmet(index: number): boolean {
    const state = this.stateOf(index);
    return state === STATE.failed || state === STATE.cancelled || state === STATE.skipped;
  }

  #isTerminal(index: number): boolean {
    return this.stateOf(index) === STATE.completed || this.#isUnmet(index);
  }

  #downstream(index: number, accept: (state: StateChar) => boolean): number[] {
    const found = new Set([index]);
    for (const next of found) {
      const parent = this.#plan.tasks[next]?.parent ?? -1;
      for (const after of [...(this.#dependants[next] ?? []), ...(parent >= 0 ? [parent] : []), 0]) {
        if (!found.has(after) && this.#isTerminal(after) && accept(this.stateOf(after))) found.add(after);
      }
    }
    return [...found].sort((left, right) => left - right);
  }

  #indices(accept: (state: StateChar) => boolean): number[] {
    const found: number[] = [];
    this.#state.forEach((state, index) => {
      if (accept(state)) found.push(index);
    });
    return found;
  }

  /** Counts blockers anew from the characters alone; linear in tasks and dependencies. */
  #rebuild(): void {
    const { tasks } = this.#plan;
    this.#ready = new ReadyQueue();
    this.#requiredFailure = -1;
    this.#open = 0;
    this.#blockers.fill(0);
    tasks.forEach((task, index) => {
      if (
        this.#state[index] === STATE.failed &&
        index !== 0 &&
        !this.#isOptional[index] &&
        this.#requiredFailure < 0
      ) {
        this.#requiredFailure = index;
      }
      if (this.#isTerminal(index)) return;
      this.#open++;
      for (const dependant of this.#dependants[index] ?? [])
        this.#blockers[dependant] = (this.#blockers[dependant] ?? 0) + 1;
      if (task.parent >= 0) this.#blockers[task.parent] = (this.#blockers[task.parent] ?? 0) + 1;
    });
    tasks.forEach((task, index) => {
      const isFree = index !== 0 && this.#state[index] === STATE.pending && this.#blockers[index] === 0;
      if (isFree && !this.#hasUnmetDependency(index)) this.#ready.add(index, task.priority);
    });
    const isTargetNext = this.#open === 1 && this.#state[0] === STATE.pending;
    if (isTargetNext && this.#requiredFailure < 0 && !this.#hasUnmetDependency(0)) {
      this.#ready.add(0, tasks[0]?.priority ?? 0);
    }
  }
}
