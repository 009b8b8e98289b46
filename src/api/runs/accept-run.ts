/**
 * From a tree to an accepted run: plan it, store everything in one transaction, then start the workflow. Once stored
 * the run is safe: if Temporal is away, the reconciler starts it later with the same id.
 */
import { AppError } from '../../core/errors.ts';
import { uuidV7 } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LlmKey } from '../../core/llm/llm-key.ts';
import type { Plan } from '../../core/plan.ts';
import { isLlmTree } from '../../core/quota/llm-tree.ts';
import type { QuotaInfo } from '../../core/quota/quota-info.ts';
import type { Run, TaskOutcome } from '../../core/run.ts';
import type { TaskRecord } from '../../core/task.ts';
import { planRun } from '../../core/task-tree/plan-run.ts';
import { isoMicros } from '../../core/time.ts';
import type { StartRun } from '../../ports/engine.ts';
import type { Charged, Reservation } from '../../ports/ledger.ts';
import type { AcceptResult, IdempotencyRecord } from '../../ports/store.ts';
import type { NewStudy } from '../../ports/study-store.ts';
import type { Call } from '../method.ts';
import { quotaInfoOf, release, reserveTree } from './charge.ts';
import { chargedOf } from './charged-of.ts';
import { keysOf, pendingWork, withKeys } from './llm-keys.ts';
import { plannedExecutor } from './planned-executor.ts';

export interface RunRequest {
  /** All rows of the tree, root first. */
  readonly tree: readonly TaskRecord[];
  readonly targetId: string;
  /** The tree comes with the request and is stored with the run. */
  readonly isNew: boolean;
  readonly fresh: boolean;
  readonly useDemo: boolean;
  readonly options: JsonObject;
  /** The LLM key that came with the request. */
  readonly llmKey?: LlmKey | null;
  /** Who pays for it; absent = the caller. */
  readonly charged?: Charged;
  /** Its tasks that ask models answer by rules, for this reason: no key is used, and no model is counted. */
  readonly llmDemoReason?: string | null;
  /** The study whose tree this is: stored with the run. */
  readonly study?: NewStudy;
  /** Makes the idempotency record for the run's id. */
  readonly idempotency: (runId: string) => IdempotencyRecord | undefined;
}

/** The run, and what is left of the caller's quota. */
export type AcceptedRun = AcceptResult & { readonly quotaInfo: QuotaInfo };

/**
 * Throws `conflict` when an id of a new tree is taken, `unavailable` when the store is, and what the ledger refuses
 * with: `quota_exceeded`, `concurrency_exceeded`, `rate_limited`.
 */
export async function acceptRun(call: Call, request: RunRequest): Promise<AcceptedRun> {
  const { store, registry, clock } = call.deps;
  const root = rootOf(request.tree);
  const { plan, carriedTaskIds } = planRun({
    tree: request.tree,
    targetId: request.targetId,
    fresh: request.fresh,
    useDemo: request.useDemo,
    executor: (id) => plannedExecutor(registry, id),
  });
  const runId = uuidV7();
  const idempotency = request.idempotency(runId);
  const carried = await carriedOutcomes(call, request.tree, carriedTaskIds);
  const userId = root.user_id ?? call.identity.userId;
  const llmDemoReason = request.llmDemoReason ?? null;
  const asksModels = !request.useDemo && llmDemoReason === null;
  const keys = await keysOf(call, { ...request, useDemo: !asksModels }, { runId, userId, plan });
  const charged = withKeys(request.charged ?? chargedOf(call.identity), keys);
  const reservation = await reserve(call, request, { runId, plan, charged, asksModels });
  if ('status' in reservation) return { ...reservation, quotaInfo: await quotaInfoOf(call) };
  const options: JsonObject = {
    ...request.options,
    plan: charged.plan,
    ...(keys.options === null ? {} : { llmKeys: keys.options }),
    ...llmDemo(llmDemoReason ?? (reservation.isLlmExceeded ? 'llm_quota_exceeded' : null)),
  };
  const accepted = await store.runs
    .accept({
      runId,
      rootTaskId: root.id,
      targetTaskId: request.targetId,
      userId,
      useDemo: request.useDemo,
      plan,
      ...(request.isNew ? { newTasks: request.tree } : {}),
      carried,
      options,
      events: [{ type: 'run-started', taskId: null, at: isoMicros(clock.now()), data: {} }],
      ...(idempotency === undefined ? {} : { idempotency }),
      uses: reservation.uses,
      secrets: keys.secrets,
      ...(request.study === undefined ? {} : { study: request.study }),
      ...(reservation.slot === null ? {} : { slot: reservation.slot }),
    })
    .catch(async (error: unknown) => {
      await release(call, reservation);
      throw error;
    });
  if (accepted.status === 'already_running') {
    await release(call, reservation);
    return { ...accepted, quotaInfo: await quotaInfoOf(call) };
  }
  await call.deps.ledger.settle(reservation, true);
  await start(call, request, { run: accepted.run, plan, carried, options, planName: charged.plan });
  return { ...accepted, quotaInfo: reservation.info };
}

/** Read by the hook that has the tasks answer without a model. */
function llmDemo(reason: string | null): JsonObject {
  return reason === null ? {} : { llmDemo: { reason } };
}

async function start(
  call: Call,
  request: RunRequest,
  accepted: Pick<StartRun, 'run' | 'plan' | 'planName'> &
    Pick<NonNullable<StartRun['known']>, 'carried' | 'options'>,
): Promise<void> {
  const { run, plan, planName, carried, options } = accepted;
  const executors = [...new Set(plan.tasks.map((task) => task.executor))].filter((id) => id !== '');
  await startOrLeave(call, run, () =>
    call.deps.engine.start({
      run,
      plan,
      title: rootOf(request.tree).name,
      planName,
      executors,
      hasWebhook: request.options['webhook'] !== undefined,
      known: { options, tasks: request.tree, carried },
    }),
  );
}

/** A tree that runs already takes nothing and is no fault: that counts for more than a limit that is reached. */
async function reserve(
  call: Call,
  request: RunRequest,
  run: {
    readonly runId: string;
    readonly plan: Plan;
    readonly charged: Charged;
    readonly asksModels: boolean;
  },
): Promise<Reservation | Extract<AcceptResult, { status: 'already_running' }>> {
  const work = pendingWork(request.tree, run.plan);
  const isLlm = run.asksModels && isLlmTree(work, (id) => call.deps.registry.find(id)?.usesLlm === true);
  try {
    return await reserveTree(call, { runId: run.runId, isLlm, charged: run.charged });
  } catch (error) {
    if (request.isNew || !AppError.is(error)) throw error;
    const rootTaskIds = [rootOf(request.tree).id];
    const [running] = await call.deps.store.runs.active({ rootTaskIds, limit: 1 });
    if (running === undefined) throw error;
    return { status: 'already_running', run: running };
  }
}

export function rootOf(tree: readonly TaskRecord[]): TaskRecord {
  const root = tree.find((task) => task.parent_id === null) ?? tree[0];
  if (root === undefined) throw new AppError('internal', 'A tree without tasks');
  return root;
}

/** Temporal has this long to take a run before its client is answered without knowing. */
const START_PATIENCE_MS = 1_000;

/**
 * The client is answered all the same: what is stored will run. A start that takes long goes on behind the answer, so
 * that a silent Temporal holds nobody beyond the wait that was asked for.
 */
async function startOrLeave(call: Call, run: Run, start: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), START_PATIENCE_MS);
  });
  const started = start();
  const leave = (error: unknown) =>
    call.deps.logger.warn(
      { request_id: call.requestId, run_id: run.run_id, err: error },
      'run accepted, its start is left to the reconciler',
    );
  try {
    if ((await Promise.race([started, late])) === 'late') started.catch(leave);
  } catch (error) {
    if (!AppError.is(error) || error.code !== 'unavailable') throw error;
    leave(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Finished results a continued run keeps: from the run that made them, or the row where a client set them. */
async function carriedOutcomes(
  call: Call,
  tree: readonly TaskRecord[],
  taskIds: readonly string[],
): Promise<TaskOutcome[]> {
  if (taskIds.length === 0) return [];
  const wanted = new Set(taskIds);
  const outcomes = new Map<string, TaskOutcome>();
  const byRun = new Map<string, string[]>();
  for (const task of tree) {
    if (!wanted.has(task.id)) continue;
    if (task.run_id === null || task.is_manual) outcomes.set(task.id, outcomeOf(task));
    else byRun.set(task.run_id, [...(byRun.get(task.run_id) ?? []), task.id]);
  }
  for (const [runId, ids] of byRun)
    for (const outcome of await call.deps.store.runs.outcomes(runId, ids))
      outcomes.set(outcome.taskId, { ...outcome, generation: 0 });
  for (const task of tree)
    if (wanted.has(task.id) && !outcomes.has(task.id)) outcomes.set(task.id, outcomeOf(task));
  return [...outcomes.values()];
}

function outcomeOf(task: TaskRecord): TaskOutcome {
  return {
    taskId: task.id,
    generation: 0,
    status: task.status,
    inputs: null,
    result: task.result,
    error: task.error,
    progress: task.progress,
    startedAt: task.started_at,
    completedAt: task.completed_at,
    attempts: 0,
    wait: null,
    demo: task.demo,
    tokenUsage: task.token_usage,
  };
}
