/** Runs one task from its plan entry to its outcome: used by the inline frontier and by activities alike. */

import type { JsonObject } from '../core/json.ts';
import type { TaskOutcome } from '../core/run.ts';
import type { NewRunEvent } from '../core/run-event.ts';
import type { Generations } from '../core/run-protocol.ts';
import type { AttemptUsage } from '../core/usage.ts';
import { announceStart } from './announce-start.ts';
import { attemptUsage } from './attempt-usage.ts';
import type { Verdict } from './check-task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { event, outcome } from './outcomes.ts';
import { resolveTask } from './resolve-task.ts';
import { runHooked } from './run-hooked.ts';
import type { RunEntry } from './run-memory.ts';

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
  });
  if (verdict.kind === 'cancelled') return { kind: 'aborted' };
  const endedMs = deps.now();
  // The registry's id, never the client's text: labels of metrics must stay countable.
  deps.onTaskEnded?.({ executor: task.executor?.id ?? 'none', status: verdict.kind });
  const ended = outcome(taskId, generation, verdict.kind, {
    ...verdictFields(verdict),
    inputs: inputs === task.definition.stored_inputs ? null : inputs,
    startedAt: started.at,
    completedAt: event('task-completed', taskId, endedMs).at,
    attempts: options.failedBefore + 1,
  });
  const attempt = attemptUsage(ended, task.executor?.id ?? null, { startedMs, endedMs });
  const ran = { kind: 'ended', ended, isKnown: false, annotations, attempt } as const;
  if (verdict.kind === 'completed') return { ...ran, isRetryable: false };
  const { isRetryable, retryAfterSeconds } = verdict;
  return { ...ran, isRetryable, retryAfterSeconds };
}

function verdictFields(verdict: Exclude<Verdict, { kind: 'cancelled' }>): Partial<TaskOutcome> {
  const tokenUsage = verdict.tokenUsage ?? null;
  if (verdict.kind === 'completed') return { result: verdict.result, demo: verdict.demo, tokenUsage };
  return { result: verdict.result, error: verdict.error, tokenUsage };
}
