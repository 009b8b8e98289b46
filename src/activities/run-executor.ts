/**
 * Calls one executor for one task: checks it may run, validates inputs, holds its time limit, gives it up a second
 * after an abort, and turns whatever comes back into a verdict. Writes nothing.
 */

import { setTimeout } from 'node:timers/promises';
import { AppError } from '../core/errors.ts';
import type { AnyExecutor, ExecutorContext, WaitDecision } from '../core/executor.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Budget } from '../core/llm/budget.ts';
import { MAX_RESULT_BYTES } from '../core/result-reference.ts';
import type { TaskDemo } from '../core/task.ts';
import { taskDraft } from '../core/task-tree/task-draft.ts';
import { isoMicros } from '../core/time.ts';
import type { RunOfUser } from '../ports/llm-keys.ts';
import { CallLimit } from './call-limit.ts';
import { checkInput, type FinalVerdict, refusal, type Verdict } from './check-task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { executorCatalog } from './executor-catalog.ts';
import { LlmUse } from './llm-use.ts';
import { maskedTask } from './masked-task.ts';
import type { ResolvedTask } from './resolve-task.ts';
import type { RunLlmUse } from './run-llm-use.ts';
import { runWithSecrets } from './run-with-secrets.ts';
import { CallEnded, type CallState, stepCalls } from './step-calls.ts';
import type { StepLog } from './step-log.ts';

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly useDemo: boolean;
  /** Why canned, when `useDemo`. */
  readonly demoReason: string;
  readonly onProgress: (progress: number, message?: string) => void;
  /** Absent: nobody could see it (inline and batched tasks). */
  readonly onDelta?: (text: string) => void;
  readonly decision?: WaitDecision;
  /** Where steps are kept; absent: nowhere. */
  readonly steps?: StepLog | null;
  /** In front of the numbers of its steps; absent: the task's own call. */
  readonly path?: string;
  readonly run: RunOfUser;
  /** Options of the run: its plan, whose keys it uses. */
  readonly runOptions: JsonObject;
  /** What the run as a whole has asked of models. */
  readonly runUse: RunLlmUse;
  /** Of the task, its tree and its user. */
  readonly budgets: () => Promise<readonly Budget[]>;
  /** Runs a task for an executor that calls another one. */
  readonly runInner: (inner: ResolvedTask, options: InnerOptions) => Promise<Verdict>;
}

export type InnerOptions = Omit<CallOptions, 'run' | 'runInner' | 'runUse' | 'runOptions' | 'budgets'>;

const DEFAULT_TIMEOUT_MS = 300_000;
/** An agent may offer agents to its model, and a model does not know when to stop. */
const MAX_CALL_DEPTH = 5;

export async function runExecutor(
  deps: ActivityDependencies,
  task: ResolvedTask,
  options: CallOptions,
): Promise<Verdict> {
  const refused = refusal(deps.registry, task, options.useDemo);
  if (refused !== null) return refused;
  const { executor } = task;
  if (executor === undefined) return { kind: 'completed', result: null, demo: null };
  if (options.useDemo) return runDemo(deps, task, options);
  if (task.secrets !== null) return runWithSecrets(deps, task, options, callChecked);
  return callChecked(deps, task, options);
}

/** The task's secrets, if it has any, are readable by now. */
async function callChecked(
  deps: ActivityDependencies,
  task: ResolvedTask,
  options: CallOptions,
): Promise<Verdict> {
  const executor = task.executor as AnyExecutor;
  const checked = checkInput(task, executor);
  if ('kind' in checked) return checked;
  const input = checked.value;
  const timeoutMs = task.planned.timeoutMs ?? executor.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const limit = new CallLimit(options.signal, timeoutMs);
  const { budgets, idempotencyKey, runOptions, runUse } = options;
  const limits = deps.freeTreeLimits;
  const llm = new LlmUse({
    gateway: deps.llm,
    keys: deps.llmKeys,
    run: options.run,
    executor,
    idempotencyKey,
    runOptions,
    runUse,
    limits,
    budgets,
  });
  const state: CallState = { ending: null };
  try {
    const result = await limit.hold((signal) =>
      executor.run(contextOf(deps, task, options, { signal, input, llm, state })),
    );
    return state.ending ?? { ...completed(result as JsonValue, llm.demo), ...spentBy(llm) };
  } catch (error) {
    if (options.signal.aborted) return { kind: 'cancelled' };
    if (state.ending !== null) return state.ending;
    if (limit.isTimedOut) {
      return { ...failed(`The task ran longer than its limit of ${timeoutMs} ms`, true), ...spentBy(llm) };
    }
    if (!AppError.is(error)) return { ...failed(errorText(error), true), ...spentBy(llm) };
    const { retryable, retryAfterSeconds } = error;
    return { ...failed(errorText(error), retryable), retryAfterSeconds, ...spentBy(llm) };
  }
}

function spentBy({ spent, ownSpent }: LlmUse) {
  return { tokenUsage: spent, attemptUsage: ownSpent };
}

interface CallParts {
  readonly signal: AbortSignal;
  readonly input: unknown;
  readonly llm: LlmUse;
  readonly state: CallState;
}

function contextOf(
  deps: ActivityDependencies,
  task: ResolvedTask,
  options: CallOptions,
  { signal, input, llm, state }: CallParts,
): ExecutorContext<unknown> {
  const { definition } = task;
  const path = options.path ?? '';
  const steps = task.executor?.hasSteps === true ? (options.steps ?? null) : null;
  const { idempotencyKey, runUse } = options;
  const runnerOf = (caller: { path: string; idempotencyKey: string; llm: LlmUse }) => {
    let calls = 0;
    const runExecutor: ExecutorContext<unknown>['runExecutor'] = (executorId, inner, params) =>
      runInner(
        deps,
        task,
        { ...options, signal, steps },
        { executorId, inner, params, number: calls++, state, ...caller },
      );
    return runExecutor;
  };
  return {
    input,
    rawInput: task.inputs,
    params: definition.params,
    task: { id: definition.id, name: definition.name, userId: definition.user_id ?? '' },
    dependencies: task.dependencies,
    signal,
    idempotencyKey: options.idempotencyKey,
    attempt: options.attempt,
    http: deps.http,
    network: deps.network,
    logger: deps.logger,
    emit: options.onProgress,
    emitDelta: (text) => options.onDelta?.(text),
    llm: llm.clientFor(signal),
    runExecutor: runnerOf({ path, idempotencyKey, llm }),
    executors: executorCatalog(deps.registry),
    generateTree: async (plan) => {
      const owner = { userId: definition.user_id ?? '', now: isoMicros(deps.now()) };
      const { tasks, ...made } = await deps.planTree(llm.clientFor(signal), { ...plan, ...owner });
      return { ...made, tasks: tasks.map(taskDraft) };
    },
    ...stepCalls({
      taskId: definition.id,
      executorId: task.executorId ?? '',
      steps,
      path,
      idempotencyKey,
      llm,
      runUse,
      signal,
      state,
      now: deps.now,
      runnerOf,
    }),
    ...(options.decision === undefined ? {} : { decision: options.decision }),
    settings: deps.settings,
    services: deps.services,
  };
}

interface InnerCall {
  readonly executorId: string;
  readonly inner: JsonObject;
  readonly params: JsonObject | undefined;
  readonly number: number;
  /** Of the caller's part: what the inner one spends is its. */
  readonly llm: LlmUse;
  readonly path: string;
  readonly idempotencyKey: string;
  readonly state: CallState;
}

/** An executor that calls another one (map): same limits and signal, its failure is thrown. */
async function runInner(
  deps: ActivityDependencies,
  task: ResolvedTask,
  options: CallOptions,
  call: InnerCall,
): Promise<JsonValue> {
  if (call.path.split('.').filter((part) => part.startsWith('c')).length >= MAX_CALL_DEPTH)
    throw new AppError('task_failed', `Executors call each other more than ${MAX_CALL_DEPTH} deep here`);
  const executor = deps.registry.find(call.executorId);
  const inner: ResolvedTask = {
    ...task,
    executorId: call.executorId,
    executor,
    inputs: call.inner,
    secrets: executor === undefined ? null : deps.registry.secretFields(executor),
    definition: { ...task.definition, params: call.params ?? {}, has_children: false },
  };
  const { runInner, run: _run, runOptions: _options, runUse: _use, budgets: _budgets, ...kept } = options;
  const verdict = await runInner(inner, {
    ...kept,
    // Its own key a call: two entries of a map must not pass for one effect.
    idempotencyKey: `${call.idempotencyKey}:${call.number}`,
    path: `${call.path}c${call.number}.`,
    onProgress: () => undefined,
    onDelta: () => undefined,
  });
  if (verdict.kind === 'cancelled') throw new AppError('task_cancelled', 'Cancelled');
  if (verdict.kind === 'waiting') {
    // Whoever called it waits with it.
    call.state.ending = verdict;
    throw new CallEnded(verdict.wait.message);
  }
  if (verdict.kind === 'skipped') throw new AppError('task_failed', verdict.error);
  call.llm.include(verdict.kind === 'completed' ? verdict : { ...verdict, demo: null });
  if (verdict.kind === 'completed') return verdict.result;
  const { isRetryable: retryable, retryAfterSeconds } = verdict;
  throw new AppError('task_failed', verdict.error, {
    retryable,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

async function runDemo(
  deps: ActivityDependencies,
  task: ResolvedTask,
  { signal, demoReason }: CallOptions,
): Promise<Verdict> {
  const delayMs = (task.executor?.demoDelayMs ?? 0) * deps.settings.demoSleepScale;
  if (delayMs > 0) await setTimeout(delayMs, undefined, { signal }).catch(() => null);
  if (signal.aborted) return { kind: 'cancelled' };
  const { id, name } = task.definition;
  const result = task.executor?.demo({ input: maskedTask(task).inputs, task: { id, name } }) as JsonValue;
  return completed(result, { active: true, reason: demoReason });
}

function completed(result: JsonValue | undefined, demo: TaskDemo | null): FinalVerdict {
  const marked = demo?.active === true && isJsonObject(result) ? { ...result, demo_mode: true } : result;
  const text = JSON.stringify(marked ?? null);
  if (text.length > MAX_RESULT_BYTES) {
    return failed(
      `The result has ${text.length} bytes; the limit is ${MAX_RESULT_BYTES}. Return less, or store it elsewhere and return where`,
      false,
    );
  }
  // What is not JSON (undefined members, dates) takes the form clients would read anyway.
  return { kind: 'completed', result: JSON.parse(text) as JsonValue, demo };
}

function failed(error: string, isRetryable: boolean): Extract<Verdict, { kind: 'failed' }> {
  return { kind: 'failed', error, result: null, isRetryable };
}

function errorText(error: unknown): string {
  return error instanceof Error && error.message !== ''
    ? error.message
    : 'The executor failed without a message';
}
