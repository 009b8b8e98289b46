/** Waiting tasks of a run: durable timers and approvals. A deadline is absolute, so any restart finds it again. */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { PendingWait } from '../core/run-protocol.ts';
import type { SettledChar } from '../core/run-state.ts';
import { rows } from './task-calls.ts';

export interface Decision {
  readonly approved: boolean;
  readonly by: string;
  readonly comment: string | null;
}

interface WaitListener {
  onWait(): void;
  onEnd(index: number, state: SettledChar): void;
  /** Its executor goes on. */
  onResume(index: number): void;
  onError(index: number, error: unknown): void;
}

export class WaitBoard {
  readonly #runId: string;
  readonly #generations: Record<number, number>;
  readonly #listener: WaitListener;
  readonly #waits = new Map<number, { readonly wait: PendingWait; readonly timer: CancellationScope }>();
  /** Begin and end calls in flight: continue-as-new waits for them. */
  #calls = 0;

  constructor(runId: string, generations: Record<number, number>, listener: WaitListener) {
    this.#runId = runId;
    this.#generations = generations;
    this.#listener = listener;
  }

  get isIdle(): boolean {
    return this.#calls === 0;
  }

  get isEmpty(): boolean {
    return this.#waits.size === 0;
  }

  pending(): PendingWait[] {
    return [...this.#waits.values()].map(({ wait }) => wait);
  }

  isApproval(index: number): boolean {
    return this.#waits.get(index)?.wait.kind === 'approval';
  }

  /** Asks the executor until when to wait, then waits. */
  begin(index: number): void {
    void this.#call(index, async () => {
      const output = await rows.beginWait({ runId: this.#runId, index, generations: this.#generations });
      if ('settled' in output) this.#listener.onEnd(index, output.settled);
      else {
        this.add(output.wait);
        this.#listener.onWait();
      }
    });
  }

  /** Takes up a wait, also one carried over from before continue-as-new. */
  add(wait: PendingWait): void {
    const timer = new CancellationScope();
    this.#waits.set(wait.index, { wait, timer });
    if (wait.untilMs !== null) void this.#runTimer(wait, wait.untilMs, timer);
  }

  /** Forgets a wait (its task was cancelled). False when there was none. */
  remove(index: number): boolean {
    const entry = this.#waits.get(index);
    entry?.timer.cancel();
    return this.#waits.delete(index);
  }

  clear(): void {
    for (const index of [...this.#waits.keys()]) this.remove(index);
  }

  decide(index: number, decision: Decision): Promise<void> {
    const { by, comment } = decision;
    return this.#end(index, { kind: decision.approved ? 'approved' : 'rejected', by, comment });
  }

  async #runTimer(wait: PendingWait, untilMs: number, timer: CancellationScope): Promise<void> {
    const summary = wait.kind === 'approval' ? 'waiting for approval' : 'waiting';
    try {
      await timer.run(() => sleep(Math.max(1, untilMs - Date.now()), { summary }));
      await this.#end(wait.index, { kind: 'elapsed', by: null, comment: null });
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  }

  async #end(
    index: number,
    decision: { kind: 'elapsed' | 'approved' | 'rejected'; by: string | null; comment: string | null },
  ): Promise<void> {
    if (!this.remove(index)) return;
    await this.#call(index, async () => {
      const input = { runId: this.#runId, index, generations: this.#generations, decision };
      const output = await rows.endWait(input);
      if ('resumed' in output) this.#listener.onResume(index);
      else this.#listener.onEnd(index, output.settled);
    });
  }

  async #call(index: number, work: () => Promise<void>): Promise<void> {
    this.#calls++;
    try {
      await work();
    } catch (error) {
      this.#listener.onError(index, error);
    } finally {
      this.#calls--;
    }
  }
}
