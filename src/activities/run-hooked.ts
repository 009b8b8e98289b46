/**
 * One task with its hooks around it: what they decide before the executor is called, the call, and what they note
 * afterwards. A task without hooks goes straight to its executor.
 */
import type { HookedOutcome } from '../core/hook.ts';
import type { JsonObject } from '../core/json.ts';
import type { HookedTask } from '../hooks/hook-context.ts';
import type { BeforeTaskDecision } from '../hooks/hook-runner.ts';
import type { Verdict } from './check-task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { llmBudgets } from './llm-budgets.ts';
import { maskedTask, recordedInputs } from './masked-task.ts';
import type { ResolvedTask } from './resolve-task.ts';
import { type InnerOptions, runExecutor } from './run-executor.ts';
import { runForHooks } from './run-for-hooks.ts';
import type { RunEntry } from './run-memory.ts';

export interface HookedCall extends InnerOptions {
  readonly entry: RunEntry;
}

export interface HookedVerdict {
  readonly verdict: Verdict;
  /** What the task ran with, for its row: hooks may have changed them. */
  readonly inputs: JsonObject;
  /** What hooks noted, by hook; null when nothing. */
  readonly annotations: JsonObject | null;
}

type TellableVerdict = Extract<Verdict, { kind: 'completed' | 'failed' }>;

export async function runHooked(
  deps: ActivityDependencies,
  task: ResolvedTask,
  call: HookedCall,
): Promise<HookedVerdict> {
  const { inputs, action } = await decideBefore(deps, task, call);
  const changed = inputs === null ? task : { ...task, inputs };
  const verdict = await carryOut(deps, changed, call, action);
  const isDemo = call.useDemo || action.kind === 'demo';
  const answeredBy = action.kind === 'answer' ? { [action.hook]: { answered: true } } : null;
  return noteAfter(deps, changed, { ...call, useDemo: isDemo }, { verdict, answeredBy });
}

const GO_ON: BeforeTaskDecision = { inputs: null, action: { kind: 'run' } };

/** What hooks make of a task that is about to run, or to wait. */
export async function decideBefore(
  deps: ActivityDependencies,
  task: ResolvedTask,
  call: Pick<HookedCall, 'entry' | 'attempt' | 'useDemo' | 'signal'>,
): Promise<BeforeTaskDecision> {
  // A task without an executor that we know fails or only groups.
  const isUnknown = task.executorId !== null && task.executor === undefined;
  if (isUnknown || !deps.hooks.hasFor('beforeTask', executorView(task))) return GO_ON;
  const decision = await deps.hooks.beforeTask(hookedTask(task, call), call.signal);
  if (task.secrets === null || decision.inputs === null) return decision;
  return { ...decision, inputs: task.secrets.putBack(decision.inputs, task.inputs) };
}

/** Turns what hooks decided into a verdict, calling the executor where they let it. */
export async function carryOut(
  deps: ActivityDependencies,
  task: ResolvedTask,
  call: HookedCall,
  action: BeforeTaskDecision['action'],
): Promise<Verdict> {
  if (call.signal.aborted) return { kind: 'cancelled' };
  if (action.kind === 'fail') {
    return { kind: 'failed', error: action.error, result: null, isRetryable: action.isRetryable };
  }
  if (action.kind === 'answer') return { kind: 'completed', result: action.result, demo: null };
  const { entry, ...options } = call;
  return runExecutor(deps, task, {
    ...options,
    ...(action.kind === 'demo' && !call.useDemo ? { useDemo: true, demoReason: action.reason } : {}),
    run: { runId: entry.context.run.run_id, userId: entry.context.run.user_id },
    runOptions: entry.context.options,
    runUse: entry.llm,
    budgets: () => llmBudgets(deps, entry, task),
    runInner: async (inner, innerOptions) =>
      (await runHooked(deps, inner, { ...innerOptions, entry })).verdict,
  });
}

/** Lets hooks look at how it ended. */
export async function noteAfter(
  deps: ActivityDependencies,
  task: ResolvedTask,
  call: HookedCall,
  ended: { readonly verdict: Verdict; readonly answeredBy: JsonObject | null },
): Promise<HookedVerdict> {
  const { verdict, answeredBy } = ended;
  const inputs = recordedInputs(task);
  // Skipped tasks have not run, and a waiting one is not done.
  if (!isTellable(verdict) || !deps.hooks.hasFor('afterTask', executorView(task))) {
    return { verdict, inputs, annotations: answeredBy };
  }
  const after = await deps.hooks.afterTask(hookedTask(task, call), outcomeOf(verdict), call.signal);
  const annotations =
    answeredBy === null && after.annotations === null ? null : { ...answeredBy, ...after.annotations };
  if (after.failure === null) return { verdict, inputs, annotations };
  const { tokenUsage = null, attemptUsage = tokenUsage } = verdict;
  const failed = { kind: 'failed', result: null, ...after.failure, tokenUsage, attemptUsage } as const;
  return { verdict: failed, inputs, annotations };
}

function hookedTask(task: ResolvedTask, call: Pick<HookedCall, 'entry' | 'attempt' | 'useDemo'>): HookedTask {
  const { id, name, user_id } = task.definition;
  const { inputs, params } = maskedTask(task);
  return {
    run: runForHooks(call.entry),
    task: { id, name, userId: user_id ?? '' },
    executor: executorView(task),
    inputs,
    params,
    attempt: call.attempt,
    isDemo: call.useDemo,
  };
}

function executorView({ executor }: ResolvedTask): HookedTask['executor'] {
  return executor === undefined ? null : { id: executor.id, usesLlm: executor.usesLlm === true };
}

function isTellable(verdict: Verdict): verdict is TellableVerdict {
  return verdict.kind === 'completed' || verdict.kind === 'failed';
}

function outcomeOf(verdict: TellableVerdict): HookedOutcome {
  const isCompleted = verdict.kind === 'completed';
  return {
    status: verdict.kind,
    result: verdict.result,
    error: isCompleted ? null : verdict.error,
    demo: isCompleted ? verdict.demo : null,
    tokenUsage: verdict.tokenUsage ?? null,
  };
}
