/**
 * The activity behind every executor's own activity type: runs one task, or a batch of quick ones, with heartbeats,
 * and writes each outcome before it reports it. How often an executor may fail is counted here, in the task's row;
 * Temporal's attempts only stand for workers that were lost.
 */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { PREVIEW_CHARS } from '../core/result-reference.ts';
import type { TaskOutcome } from '../core/run.ts';
import type { RunTasksInput, RunTasksOutput } from '../core/run-protocol.ts';
import type { Settled } from '../core/run-state.ts';
import { isTerminal } from '../core/task.ts';
import { type AttemptUsage, userPlanOf } from '../core/usage.ts';
import { attemptUsage } from './attempt-usage.ts';
import { spentByAttempt } from './cancelled-usage.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { endEvent, event, headline, outcome, settledChar } from './outcomes.ts';
import type { RunEntry } from './run-memory.ts';
import { type RanTask, runTask } from './run-task.ts';
import { createStepLog } from './step-log.ts';
import { TaskWriter } from './task-writer.ts';

/** Often enough that a cancel from another process arrives within half a second. */
const HEARTBEAT_MS = 400;
/** A task whose worker dies this often is what kills the worker. */
const MAX_LOST_WORKERS = 20;
const CANCEL_ARRIVES_MS = 5_000;
/** Members of a batch that run at the same time. */
const BATCH_OVERLAP = 8;

type EndedTask = Extract<RanTask, { kind: 'ended' }>;

export async function runTasks(deps: ActivityDependencies, input: RunTasksInput): Promise<RunTasksOutput> {
  const context = Context.current();
  const abort = new AbortController();
  const onCancel = () => abort.abort();
  context.cancellationSignal.addEventListener('abort', onCancel, { once: true });
  const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  const entry = await deps.memory.get(input.runId);
  const single = input.items.length === 1 ? taskIdOf(entry, input.items[0]?.[0] ?? 0) : null;
  const release = deps.aborts.register(input.runId, single, abort);
  try {
    if (single !== null) return await runSingle(deps, entry, input, abort.signal);
    return { settled: await runBatch(deps, entry, input, abort.signal) };
  } finally {
    clearInterval(heartbeat);
    release();
  }
}

async function runSingle(
  deps: ActivityDependencies,
  entry: RunEntry,
  input: RunTasksInput,
  signal: AbortSignal,
): Promise<RunTasksOutput> {
  const [index, generation] = input.items[0] as readonly [number, number];
  const taskId = taskIdOf(entry, index);
  const { runId } = input;
  const attempt = Context.current().info.attempt;
  const executor = deps.registry.find(entry.context.plan.tasks[index]?.executor ?? '');
  // One that waited for a person begins a new activity, and goes on counting.
  const mayGoOn = attempt > 1 || executor?.hasSteps === true;
  const [row] = mayGoOn ? await deps.store.runs.outcomes(runId, [taskId]) : [];
  // An earlier attempt, here or in a worker that is gone, may have ended it without being able to say so.
  if (row !== undefined) deps.memory.remember(entry, [row]);
  const failedBefore = row?.generation === generation ? row.attempts : 0;
  const startedMs = deps.now();
  const writer = new TaskWriter(deps, { runId, taskId, generation, failedBefore, attempt });
  if (attempt > failedBefore + 1) announceLostWorker(deps, writer, taskId, attempt);
  const ran = isPoison(attempt, failedBefore)
    ? lostTooOften(taskId, generation, failedBefore)
    : await runTask(deps, entry, {
        index,
        generations: input.generations,
        signal,
        attempt,
        failedBefore,
        emit: (happened) => writer.emit(happened),
        onDelta: (text) => writer.emitDelta(text),
        steps: createStepLog({
          taskId,
          generation,
          attempt: failedBefore + 1,
          now: deps.now,
          load: () => writer.after(() => deps.store.runs.steps(runId, [taskId])),
          write: (step, happened) => writer.step(step, happened),
        }),
      });
  await writer.close(ran.kind === 'ended' && ran.ended.status === 'completed');
  if (ran.kind === 'aborted') {
    return cancelled(() => noteCancelled(deps, entry, { index, generation, failedBefore, startedMs }));
  }
  if (ran.kind === 'waiting') return waitForPerson(deps, entry, index, ran);
  if (mayRetry(entry, index, ran)) await giveAnotherTry(deps, entry, index, ran);
  if (ran.isKnown) return report(index, ran.ended);
  return report(index, await writeEnd(deps, entry, ran));
}

/** Nothing holds the task while it waits: its activity ends, and another one goes on with the decision. */
async function waitForPerson(
  deps: ActivityDependencies,
  entry: RunEntry,
  index: number,
  { waiting, wait }: Extract<RanTask, { kind: 'waiting' }>,
): Promise<RunTasksOutput> {
  const { kind, until } = waiting.wait ?? { kind: 'approval', until: null };
  const data = { kind, until, message: wait.message };
  const { outcomes } = await deps.store.runs.commit({
    runId: entry.context.run.run_id,
    outcomes: [waiting],
    events: [event('task-waiting', waiting.taskId, deps.now(), data)],
  });
  // Somebody was first, and it has ended.
  const [stands] = outcomes;
  if (stands !== undefined && isTerminal(stands.status)) return report(index, stands);
  return { settled: [], wait: { index, kind: 'approval', untilMs: wait.untilMs } };
}

/** An attempt that failed has said so; one whose worker is gone could not, and its partial output is still on screens. */
function announceLostWorker(
  deps: ActivityDependencies,
  writer: TaskWriter,
  taskId: string,
  attempt: number,
): void {
  const error = 'The worker was lost';
  writer.emit(event('task-retried', taskId, deps.now(), { attempt, error, delay_ms: 0 }));
}

/** Benign: the row tells the user; a worker's log is for the worker's own faults. */
function failedActivity(error: string | null): ApplicationFailure {
  return ApplicationFailure.create({
    message: headline(error ?? 'Task failed'),
    type: 'task_failed',
    nonRetryable: true,
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Completed: a result people can read in Temporal's UI. Failed: a failed activity, so that the UI shows it as one. */
function report(index: number, ended: TaskOutcome): RunTasksOutput {
  if (ended.status === 'failed') throw failedActivity(ended.error);
  const preview = (JSON.stringify(ended.result) ?? 'null').slice(0, PREVIEW_CHARS);
  return { settled: [[index, settledChar(ended.status)]], preview };
}

async function runBatch(
  deps: ActivityDependencies,
  entry: RunEntry,
  input: RunTasksInput,
  signal: AbortSignal,
): Promise<Settled[]> {
  const ids = input.items.map(([index]) => taskIdOf(entry, index));
  await deps.memory.definitions(entry, ids);
  if (Context.current().info.attempt > 1) await deps.memory.outcomes(entry, ids, input.generations);
  const settled: Settled[] = [];
  const ended: TaskOutcome[] = [];
  const events: ReturnType<typeof event>[] = [];
  const attempts: AttemptUsage[] = [];
  const queue = [...input.items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined && !signal.aborted; item = queue.shift()) {
      const [index] = item;
      const options = { index, generations: input.generations, signal, attempt: 1, failedBefore: 0 };
      const ran = await runTask(deps, entry, { ...options, emit: (happened) => events.push(happened) });
      if (ran.kind !== 'ended') return;
      settled.push([index, settledChar(ran.ended.status)]);
      if (ran.isKnown) continue;
      ended.push(ran.ended);
      if (ran.attempt !== null) attempts.push(ran.attempt);
      events.push(endEvent(input.runId, ran.ended, deps.now(), ran.annotations));
    }
  };
  await Promise.all(Array.from({ length: BATCH_OVERLAP }, worker));
  const userPlan = userPlanOf(entry.context.options);
  await deps.store.runs.commit({ runId: input.runId, outcomes: ended, events, attempts, userPlan });
  deps.memory.remember(entry, ended);
  return signal.aborted ? cancelled() : settled;
}

/** The outcome that stands: another worker may have been first. */
async function writeEnd(deps: ActivityDependencies, entry: RunEntry, ran: EndedTask): Promise<TaskOutcome> {
  const { ended, annotations, attempt } = ran;
  const runId = entry.context.run.run_id;
  const events = [endEvent(runId, ended, deps.now(), annotations)];
  const { outcomes } = await deps.store.runs.commit({
    runId,
    outcomes: [ended],
    events,
    ...usedBy(entry, attempt),
  });
  deps.memory.remember(await deps.memory.get(runId), outcomes);
  return outcomes[0] ?? ended;
}

function usedBy(entry: RunEntry, attempt: AttemptUsage | null) {
  return { attempts: attempt === null ? [] : [attempt], userPlan: userPlanOf(entry.context.options) };
}

/** A cancelled attempt has no outcome of its own: the workflow writes the task's. */
async function noteCancelled(
  deps: ActivityDependencies,
  entry: RunEntry,
  task: { index: number; generation: number; failedBefore: number; startedMs: number },
): Promise<void> {
  const { run } = entry.context;
  const ended = outcome(taskIdOf(entry, task.index), task.generation, 'cancelled', {
    attempts: task.failedBefore + 1,
  });
  const executor = entry.context.plan.tasks[task.index]?.executor || null;
  try {
    const spent = await spentByAttempt(deps, entry, { ...task, attempt: ended.attempts });
    const times = { startedMs: task.startedMs, endedMs: deps.now() };
    const attempt = attemptUsage(ended, executor, times, spent);
    const used = usedBy(entry, { ...attempt, isDemo: run.use_demo });
    await deps.store.runs.commit({ runId: run.run_id, ...used });
  } catch (error) {
    // Nobody's cancel fails for it.
    deps.logger.warn({ err: error, run_id: run.run_id }, 'what a cancelled task has used was not noted');
  }
}

function mayRetry(entry: RunEntry, index: number, ran: EndedTask): boolean {
  const maxAttempts = entry.context.plan.tasks[index]?.maxAttempts ?? 1;
  return ran.ended.status === 'failed' && ran.isRetryable && ran.ended.attempts < maxAttempts;
}

/** Notes the failure in the row, tells clients to drop partial output, and lets Temporal call again after the backoff. */
async function giveAnotherTry(
  deps: ActivityDependencies,
  entry: RunEntry,
  index: number,
  { ended: failed, retryAfterSeconds = 0, attempt }: EndedTask,
): Promise<never> {
  const { taskId, generation, attempts, error, tokenUsage } = failed;
  const ownBackoffMs = (entry.context.plan.tasks[index]?.backoffMs ?? 1_000) * 2 ** (attempts - 1);
  const backoffMs = Math.max(ownBackoffMs, Math.ceil(retryAfterSeconds * 1_000));
  await deps.store.runs.commit({
    runId: entry.context.run.run_id,
    outcomes: [
      outcome(taskId, generation, 'in_progress', { attempts, startedAt: failed.startedAt, tokenUsage }),
    ],
    events: [
      event('task-retried', taskId, deps.now(), { attempt: attempts + 1, error, delay_ms: backoffMs }),
    ],
    ...usedBy(entry, attempt),
  });
  throw ApplicationFailure.create({
    message: headline(error ?? 'Task failed'),
    type: 'task_transient',
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: Math.min(backoffMs, 3_600_000),
  });
}

/**
 * An abort from this process is faster than the server's cancellation, but only the latter may end an activity as
 * cancelled. If it never comes, the work is handed back to be tried again.
 */
async function cancelled(onCancelled: () => Promise<void> = async () => undefined): Promise<never> {
  const context = Context.current();
  const arrived = await Promise.race([
    context.cancelled.catch(() => true),
    context.sleep(CANCEL_ARRIVES_MS).then(() => false),
  ]).catch(() => true);
  if (arrived || context.cancellationSignal.aborted) {
    // A worker that stops hands its tasks to another one.
    if (context.cancellationDetails?.workerShutdown !== true) await onCancelled();
    throw new CancelledFailure('Task cancelled');
  }
  throw ApplicationFailure.retryable('Aborted, but not cancelled', 'task_transient');
}

function isPoison(attempt: number, failedBefore: number): boolean {
  return attempt - failedBefore > MAX_LOST_WORKERS;
}

function lostTooOften(taskId: string, generation: number, attempts: number): RanTask {
  const error = `The task's worker was lost ${MAX_LOST_WORKERS} times; the task itself is the likely cause`;
  return {
    kind: 'ended',
    ended: outcome(taskId, generation, 'failed', { error, attempts }),
    isRetryable: false,
    isKnown: false,
    annotations: null,
    attempt: null,
  };
}

function taskIdOf(entry: RunEntry, index: number): string {
  return entry.context.plan.tasks[index]?.id ?? '';
}
