/** The run engine over Temporal: starts, awaits and steers `runTree` workflows. Rows are the store's, never ours. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { AppError } from '../core/errors.ts';
import { isRunEnded, type Run, type RunSummary } from '../core/run.ts';
import type { RunEvent } from '../core/run-event.ts';
import {
  type DeliverInput,
  MESSAGES,
  type RunTreeLimits,
  TREES_QUEUE,
  WEBHOOK_WORKFLOW_TYPE,
  WORKFLOW_TYPE,
} from '../core/run-protocol.ts';
import type { RunEngine, StartRun } from '../ports/engine.ts';
import type { Store } from '../ports/store.ts';
import { FairGate } from './fair-gate.ts';
import { findWorkflow } from './find-workflow.ts';
import { RunWaiters } from './run-waiters.ts';
import { startOptions } from './start-options.ts';

/** What the engine uses of a worker in the same process; absent in role `api`. */
export interface LocalWorker {
  prime(
    context: { run: Run; plan: StartRun['plan']; options: NonNullable<StartRun['known']>['options'] },
    known: NonNullable<StartRun['known']>,
  ): void;
  ended(runId: string): RunSummary | undefined;
  abort(runId: string, taskIds?: readonly string[]): void;
}

export interface EngineDependencies {
  readonly client: Client;
  readonly store: Store;
  readonly worker: LocalWorker | null;
  readonly limits: RunTreeLimits;
  readonly publicUrl: string | null;
  /** How long one call to the server may take. Default 5,000. */
  readonly callTimeoutMs?: number;
  readonly logger: { warn(fields: Record<string, unknown>, message: string): void };
}

const MAX_IN_FLIGHT = 100;
const CALL_TIMEOUT_MS = 5_000;
/** How long a cancel waits to report the end it caused. */
const CANCEL_WAIT_MS = 2_000;
const RETRY_AFTER_SECONDS = 2;
/**
 * A task's row is written a moment before its workflow hears of it: whoever answers to what the row shows must not be
 * refused for being quick. A refusal leaves no trace in the history.
 */
const REFUSED_ATTEMPTS = 6;
const REFUSED_PAUSE_MS = 150;

export class TemporalEngine implements RunEngine {
  readonly #deps: EngineDependencies;
  readonly #gate = new FairGate(MAX_IN_FLIGHT);
  readonly #endings: RunWaiters;

  constructor(deps: EngineDependencies) {
    this.#deps = deps;
    const endedHere = (runId: string) => deps.worker?.ended(runId);
    this.#endings = new RunWaiters(deps.store, endedHere, (event) => this.#onEvent(event));
  }

  /** Ends all waits, now and later, with what is known: whoever waits over HTTP must be answered before we stop. */
  releaseWaits(): void {
    this.#endings.release();
  }

  close(): void {
    this.#endings.close();
  }

  async start(start: StartRun): Promise<void> {
    const { run, plan, known } = start;
    this.#endings.watch(run.run_id);
    if (known !== undefined) this.#deps.worker?.prime({ run, plan, options: known.options }, known);
    const starting: { promise: Promise<void> } = { promise: Promise.resolve() };
    this.#gate.enter(run.user_id, run.run_id, () => {
      starting.promise = this.#startNow(start);
      // A queued start has nobody waiting for it: the log says so here and the reconciler starts it again.
      starting.promise.catch((error: unknown) => {
        this.#gate.leave(run.run_id);
        this.#deps.logger.warn({ run_id: run.run_id, err: error }, 'The run could not be started yet');
      });
    });
    await starting.promise;
  }

  wait(run: Run, timeoutMs: number, signal?: AbortSignal): Promise<RunSummary | null> {
    return this.#endings.wait(run, timeoutMs, signal);
  }

  async cancel(
    run: Run,
    options: { taskIds?: readonly string[]; force: boolean; reason: string | null },
  ): Promise<void> {
    const { taskIds, force, reason } = options;
    try {
      if (taskIds === undefined)
        await this.#call(() => this.#handle(run).signal(MESSAGES.cancel, { reason, force }));
      else await this.#call(() => this.#handle(run).signal(MESSAGES.cancelTasks, { taskIds, reason, force }));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await this.#cancelUnstarted(run, reason);
      return;
    }
    this.#deps.worker?.abort(run.run_id, taskIds);
    if (taskIds === undefined) await this.wait(run, CANCEL_WAIT_MS);
  }

  async pause(run: Run): Promise<void> {
    await this.#update(run, MESSAGES.pause);
  }

  async resume(run: Run): Promise<void> {
    await this.#update(run, MESSAGES.resume);
  }

  async retry(run: Run, taskId: string): Promise<void> {
    await this.#update(run, MESSAGES.retry, { taskId });
  }

  async rerun(run: Run, taskId: string): Promise<void> {
    await this.#update(run, MESSAGES.rerun, { taskId });
  }

  async decide(
    run: Run,
    taskId: string,
    decision: { approved: boolean; by: string; comment: string | null },
  ): Promise<void> {
    await this.#update(run, MESSAGES.decide, { taskId, ...decision });
  }

  async ping(): Promise<void> {
    const { client } = this.#deps;
    await this.#call(() => client.workflowService.describeNamespace({ namespace: client.options.namespace }));
  }

  async #startNow(start: StartRun): Promise<void> {
    const { client, limits, publicUrl, worker } = this.#deps;
    // First, so that whoever finds the run started may rely on its webhook.
    if (start.hasWebhook) await this.#startWebhook(start.run);
    let { run } = start;
    for (let step = 1; ; step *= 2) {
      const options = startOptions({ ...start, run }, limits, { eager: worker !== null, publicUrl });
      try {
        await this.#call(() => client.workflow.start(WORKFLOW_TYPE, options));
        return;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const moved = await this.#moveAway(run, step);
        // A repeated start found what the first one made: that is what the fixed id is for.
        if (moved === null) return;
        run = moved;
      }
    }
  }

  /**
   * The run with a number whose workflow id may be free; null when the id's workflow is its own, or nothing is left to
   * start. The new number is stored before it is used, so that whoever repeats the start finds the same workflow.
   */
  async #moveAway(run: Run, step: number): Promise<Run | null> {
    const { client, store } = this.#deps;
    const found = await this.#call(() => findWorkflow(client, run));
    if (found?.isOfRun === true) return null;
    const moved = await store.runs.renumber(run.run_id, run.number, run.number + step);
    return moved === null || isRunEnded(moved.status) ? null : moved;
  }

  deliver(run: Run, pushId: string): Promise<void> {
    return this.#startWebhook(run, pushId);
  }

  async #startWebhook(run: Run, pushId?: string): Promise<void> {
    const { client } = this.#deps;
    const about = { runId: run.run_id, afterSeq: 0 };
    const input: DeliverInput = pushId === undefined ? about : { ...about, pushId };
    try {
      await this.#call(() =>
        client.workflow.start(WEBHOOK_WORKFLOW_TYPE, {
          workflowId: `webhook:${run.run_id}${pushId === undefined ? '' : `:${pushId}`}`,
          taskQueue: TREES_QUEUE,
          args: [input],
          // An agent may come back for what was delivered before.
          workflowIdReusePolicy: pushId === undefined ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
          staticSummary: `Webhook of ${run.root_task_id}`,
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** Accepted, but Temporal has never heard of it (or has forgotten it): the store is all there is to change. */
  async #cancelUnstarted(run: Run, reason: string | null): Promise<void> {
    const stored = await this.#deps.store.runs.get(run.run_id);
    if (stored === null || isRunEnded(stored.status)) return;
    await this.#deps.store.runs.commit({
      runId: run.run_id,
      end: { status: 'cancelled', error: reason ?? 'Cancelled' },
    });
  }

  #onEvent(event: RunEvent): void {
    // A run that only waits costs nothing: it must not keep others from starting.
    if (event.type === 'run-ended' || event.type === 'run-paused' || event.type === 'task-waiting') {
      this.#gate.leave(event.runId);
    }
  }

  #handle(run: Run): WorkflowHandle {
    return this.#deps.client.workflow.getHandle(run.workflow_id);
  }

  async #update(run: Run, name: string, argument: Record<string, unknown> = {}): Promise<void> {
    const handle = this.#handle(run);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#call(() =>
          handle.executeUpdate<void, [Record<string, unknown>]>(name, { args: [argument] }),
        );
        return;
      } catch (error) {
        const isRefused = error instanceof WorkflowUpdateFailedError;
        if (!isRefused || attempt === REFUSED_ATTEMPTS) throw refusalOf(run, error);
        await delay(REFUSED_PAUSE_MS);
      }
    }
  }

  /** Bounds a call to the server; what is not an answer becomes `unavailable`. */
  async #call<Result>(call: () => Promise<Result>): Promise<Result> {
    const { client, callTimeoutMs = CALL_TIMEOUT_MS } = this.#deps;
    const late = Promise.withResolvers<never>();
    const giveUp = new AbortController();
    // The deadline alone is not kept: the client's connecting and its pauses between attempts come on top.
    const timer = setTimeout(() => {
      giveUp.abort();
      late.reject(new Error(`No answer within ${callTimeoutMs} ms`));
    }, callTimeoutMs);
    try {
      const answer = client.withAbortSignal(giveUp.signal, () =>
        client.withDeadline(Date.now() + callTimeoutMs, call),
      );
      return await Promise.race([answer, late.promise]);
    } catch (error) {
      const isAnswer =
        error instanceof WorkflowExecutionAlreadyStartedError ||
        error instanceof WorkflowNotFoundError ||
        error instanceof WorkflowUpdateFailedError;
      if (isAnswer) throw error;
      throw new AppError('unavailable', 'The workflow server does not answer; try again shortly', {
        cause: error,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

function refusalOf(run: Run, error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError)
    return new AppError('conflict', error.cause?.message ?? 'The run refused this', { cause: error });
  if (!(error instanceof WorkflowNotFoundError)) return error;
  return new AppError('conflict', `Run ${run.run_id} is not running: execute its task again`, {
    cause: error,
  });
}
