/**
 * Compares the store with Temporal and repairs: runs that were accepted but never started are started, runs whose
 * workflow ended without telling the store (terminated by hand, lost) are ended. Runs at start and on a schedule.
 */
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import type { Run } from '../core/run.ts';
import { WORKFLOW_TYPE } from '../core/run-protocol.ts';
import { isoMicros } from '../core/time.ts';
import type { RunEngine } from '../ports/engine.ts';
import type { Store } from '../ports/store.ts';
import { findWorkflow } from './find-workflow.ts';

export interface ReconcilerDependencies {
  readonly client: Client;
  readonly store: Store;
  readonly engine: RunEngine;
  readonly logger: {
    info(fields: Record<string, unknown>, message: string): void;
    warn(fields: Record<string, unknown>, message: string): void;
  };
  readonly now: () => number;
  /** What fires by itself, compared with its rows; absent in tests of runs. */
  readonly schedules?: { repair(): Promise<unknown> };
  /** Replies of conversations, compared with their workflows; absent in tests of runs. */
  readonly replies?: { repair(settleMs: number): Promise<number> };
}

export interface Reconciled {
  readonly started: number;
  readonly ended: number;
}

/** A run this young is still on its way to Temporal. */
const SETTLE_MS = 3_000;
const MAX_RUNS = 10_000;
/** Without a limit a server that fell silent would hold a round, and so all later ones, for ever. */
const LIST_TIMEOUT_MS = 10_000;
const DESCRIBE_TIMEOUT_MS = 5_000;

export class Reconciler {
  readonly #deps: ReconcilerDependencies;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor(deps: ReconcilerDependencies) {
    this.#deps = deps;
  }

  /** Repeats every `intervalMs` until `stop`. A failed round is logged and tried again. */
  schedule(intervalMs: number): void {
    this.#timer = setInterval(() => void this.round(), intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One comparison. `settleMs` 0 looks at every active run, as the start does. */
  async round(settleMs = SETTLE_MS): Promise<Reconciled> {
    if (this.#isRunning) return { started: 0, ended: 0 };
    this.#isRunning = true;
    try {
      const reconciled = await this.#compare(settleMs);
      await this.#deps.schedules?.repair();
      await this.#deps.replies?.repair(settleMs);
      return reconciled;
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'Reconciling failed; it is tried again');
      return { started: 0, ended: 0 };
    } finally {
      this.#isRunning = false;
    }
  }

  async #compare(settleMs: number): Promise<Reconciled> {
    const before = isoMicros(this.#deps.now() - settleMs);
    const active = (await this.#deps.store.runs.active({ limit: MAX_RUNS })).filter(
      (run) => run.accepted_at <= before,
    );
    if (active.length === 0) return { started: 0, ended: 0 };
    const running = await this.#runningIds();
    let started = 0;
    let ended = 0;
    for (const run of active) {
      if (running.has(run.workflow_id)) continue;
      const status = await this.#statusOf(run);
      if (status === null) started += await this.#startAgain(run);
      else if (status !== 'RUNNING') ended += await this.#end(run, status);
    }
    if (started + ended > 0) this.#deps.logger.info({ started, ended }, 'Store and Temporal reconciled');
    return { started, ended };
  }

  async #runningIds(): Promise<Set<string>> {
    const ids = new Set<string>();
    const query = `WorkflowType="${WORKFLOW_TYPE}" AND ExecutionStatus="Running"`;
    const { client } = this.#deps;
    await client.withDeadline(Date.now() + LIST_TIMEOUT_MS, async () => {
      for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId);
    });
    return ids;
  }

  /** null: Temporal does not know it. A workflow of another run does not count: the start goes around it. */
  async #statusOf(run: Run): Promise<WorkflowExecutionStatusName | null> {
    const { client } = this.#deps;
    const found = await client.withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, () =>
      findWorkflow(client, run),
    );
    return found?.isOfRun === true ? found.status : null;
  }

  async #startAgain(run: Run): Promise<number> {
    const { store, engine } = this.#deps;
    const context = await store.runs.context(run.run_id);
    const [root] = await store.tasks.getMany([run.root_task_id]);
    if (context === null) return 0;
    const executors = [...new Set(context.plan.tasks.map((task) => task.executor).filter((id) => id !== ''))];
    const title = root?.name ?? run.root_task_id;
    const planName = typeof context.options['plan'] === 'string' ? context.options['plan'] : 'free';
    const hasWebhook = context.options['webhook'] !== undefined;
    await engine.start({ run, plan: context.plan, title, planName, executors, hasWebhook });
    return 1;
  }

  async #end(run: Run, status: WorkflowExecutionStatusName): Promise<number> {
    // Between our two looks the run may have ended in the ordinary way: the store ignores a second end.
    const isStopped = status === 'TERMINATED' || status === 'CANCELLED';
    const error = `The workflow ended without finishing the run (${status.toLowerCase()})`;
    const end = { status: isStopped ? ('cancelled' as const) : ('failed' as const), error };
    const events = [
      { type: 'run-ended' as const, taskId: null, at: isoMicros(this.#deps.now()), data: { ...end } },
    ];
    await this.#deps.store.runs.commit({ runId: run.run_id, end, events });
    return 1;
  }
}
