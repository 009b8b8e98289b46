/** Runs one task from its plan entry to its outcome: used by the inline frontier and by activities alike. */

import type { JsonObject } from '../core/json.ts';
import type { TaskOutcome } from '../core/run.ts';
import type { NewRunEvent } from '../core/run-event.ts';
import type { Generations } from '../core/run-protocol.ts';
import { isoMicros } from '../core/time.ts';
import type { AttemptUsage } from '../core/usage.ts';
import { announceStart } from './announce-start.ts';
import { attemptUsage } from './attempt-usage.ts';
import type { DecisionWait, FinalVerdict } from './check-task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { event, outcome } from './outcomes.ts';
import { resolveTask } from './resolve-task.ts';
import { runHooked } from './run-hooked.ts';
import type { RunEntry } from './run-memory.ts';
import type { StepLog } from './step-log.ts';

export interface RunTaskOptions {
  readonly index: number;
  readonly generations: Generations;
  readonly signal: AbortSignal;
  /** Temporal's attempt, 1 at first: lost workers count here. */
  readonly attempt: number;
  /** Times the executor failed before and was allowed another try. */
  readonly failedBefore: number;
  readonly emit: (event: NewRunEvent) => void;
  /** Pieces of output for those who watch. */
  readonly onDelta?: (text: string) => void;
  /** Where the task's steps are kept; absent: nowhere. */
  readonly steps?: StepLog;
}

export type RanTask =
  | {
      readonly kind: 'ended';
      readonly ended: TaskOutcome;
      readonly isRetryable: boolean;
      /** Not sooner than after this. */
      readonly retryAfterSeconds?: number | undefined;
      /** It had ended before this call (a crash in between): row and event are there already. */
      readonly isKnown: boolean;
      /** What hooks noted, for the end's event. */
      readonly annotations: JsonObject | null;
      /** What it used; null where no executor was called now. */
      readonly attempt: AttemptUsage | null;
    }
  /** It goes on when a person has decided. */
  | { readonly kind: 'waiting'; readonly waiting: TaskOutcome; readonly wait: DecisionWait }
  | { readonly kind: 'aborted' };

export async function runTask(
  deps: ActivityDependencies,
  entry: RunEntry,
  options: RunTaskOptions,
): Promise<RanTask> {
  const taskId = entry.context.plan.tasks[options.index]?.id ?? '';
  const generation = options.generations[options.index] ?? 0;
  const known = deps.memory.known(entry, taskId, options.generations);
  if (known !== undefined)
    return {
      kind: 'ended',
      ended: known,
      isRetryable: false,
      isKnown: true,
      annotations: null,
      attempt: null,
    };
  const task = await resolveTask(deps, entry, options.index, options.generations);
  await announceStart(deps, entry, options.index, options.failedBefore === 0 && generation === 0);
  const startedMs = deps.now();
  const started = event('task-started', taskId, startedMs, { generation });
  options.emit(started);
  const { verdict, inputs, annotations } = await runHooked(deps, task, {
    entry,
    signal: options.signal,
    attempt: options.failedBefore + 1,
    idempotencyKey: `${entry.context.run.run_id}:${taskId}:${generation}`,
    useDemo: entry.context.run.use_demo,
    demoReason: String(entry.context.options['demoReason'] ?? 'requested'),
    onProgress: (progress, message) =>
      options.emit(event('task-progress', taskId, deps.now(), { progress, message: message ?? null })),
    ...(options.onDelta === undefined ? {} : { onDelta: options.onDelta }),
    ...(options.steps === undefined ? {} : { steps: options.steps }),
  });
  if (verdict.kind === 'cancelled') return { kind: 'aborted' };
  const ranWith = inputs === task.definition.stored_inputs ? null : inputs;
  if (verdict.kind === 'waiting') {
    const { untilMs } = verdict.wait;
    const waiting = outcome(taskId, generation, 'in_progress', {
      inputs: ranWith,
      startedAt: started.at,
      attempts: options.failedBefore,
      wait: { kind: 'approval', until: untilMs === null ? null : isoMicros(untilMs) },
    });
    return { kind: 'waiting', waiting, wait: verdict.wait };
  }
  return endedTask(verdict, {
    isTarget: options.index === 0,
    executor: task.executor?.id ?? null,
    taskId,
    generation,
    startedMs,
    startedAt: started.at,
    endedMs: deps.now(),
    inputs: ranWith,
    attempts: options.failedBefore + 1,
    annotations,
    onEnded: deps.onTaskEnded,
  });
}

interface Ending {
  readonly isTarget: boolean;
  /** The registry's id, never the client's text: labels of metrics must stay countable. */
  readonly executor: string | null;
  readonly taskId: string;
  readonly generation: number;
  readonly startedMs: number;
  readonly startedAt: string;
  readonly endedMs: number;
  readonly inputs: JsonObject | null;
  readonly attempts: number;
  readonly annotations: JsonObject | null;
  readonly onEnded: ActivityDependencies['onTaskEnded'];
}

function endedTask(given: FinalVerdict, ending: Ending): RanTask {
  const { taskId, generation, executor, annotations, inputs, startedAt } = ending;
  // Nobody requires the target: it is never skipped.
  const verdict: FinalVerdict =
    given.kind === 'skipped' && ending.isTarget
      ? { kind: 'completed', result: given.result, demo: null }
      : given;
  ending.onEnded?.({ executor: executor ?? 'none', status: verdict.kind });
  const ended = outcome(taskId, generation, verdict.kind, {
    ...verdictFields(verdict),
    inputs,
    startedAt,
    completedAt: isoMicros(ending.endedMs),
    attempts: verdict.kind === 'skipped' ? 0 : ending.attempts,
  });
  const ran = { kind: 'ended', ended, isKnown: false, annotations } as const;
  // What is skipped has used nothing.
  if (verdict.kind === 'skipped') return { ...ran, attempt: null, isRetryable: false };
  const attempt = attemptUsage(ended, executor, ending, verdict.attemptUsage);
  if (verdict.kind === 'completed') return { ...ran, attempt, isRetryable: false };
  const { isRetryable, retryAfterSeconds } = verdict;
  return { ...ran, attempt, isRetryable, retryAfterSeconds };
}

function verdictFields(verdict: FinalVerdict): Partial<TaskOutcome> {
  if (verdict.kind === 'skipped') return { result: verdict.result, error: verdict.error };
  const tokenUsage = verdict.tokenUsage ?? null;
  if (verdict.kind === 'completed') return { result: verdict.result, demo: verdict.demo, tokenUsage };
  return { result: verdict.result, error: verdict.error, tokenUsage };
}
