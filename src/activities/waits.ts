/** Tasks that wait: the executor says until when, the workflow waits, and the executor turns the waking into a result. */
import { AppError } from '../core/errors.ts';
import type { BeginWaitInput, BeginWaitOutput, EndWaitInput } from '../core/run-protocol.ts';
import type { SettledChar } from '../core/run-state.ts';
import { isoMicros } from '../core/time.ts';
import { checkInput, refusal, type Verdict } from './check-task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { endEvent, event, outcome } from './outcomes.ts';
import { type ResolvedTask, resolveTask } from './resolve-task.ts';
import { runExecutor } from './run-executor.ts';
import type { RunEntry } from './run-memory.ts';

export async function beginWait(deps: ActivityDependencies, input: BeginWaitInput): Promise<BeginWaitOutput> {
  const entry = await deps.memory.get(input.runId);
  const task = await resolveTask(deps, entry, input.index, input.generations);
  const nowMs = deps.now();
  const refused = refusal(deps.registry, task, false);
  if (refused !== null) return { settled: await end(deps, entry, input, task, refused, nowMs) };
  const executor = task.executor;
  if (executor?.wait === undefined)
    throw new AppError('internal', `Executor ${task.executorId} cannot wait`, { retryable: false });
  const parsed = checkInput(task, executor);
  if ('kind' in parsed) return { settled: await end(deps, entry, input, task, parsed, nowMs) };
  const { kind, untilMs } = executor.wait({ input: parsed.value, nowMs: Math.floor(nowMs) });
  const until = untilMs === null ? null : isoMicros(untilMs);
  const at = isoMicros(nowMs);
  await deps.store.runs.commit({
    runId: input.runId,
    outcomes: [
      outcome(task.definition.id, generation(input), 'in_progress', {
        startedAt: at,
        inputs: task.inputs,
        wait: { kind, until },
      }),
    ],
    events: [
      event('task-started', task.definition.id, nowMs, { generation: generation(input) }),
      event('task-waiting', task.definition.id, nowMs, { kind, until }),
    ],
  });
  return { wait: { index: input.index, kind, untilMs } };
}

export async function endWait(
  deps: ActivityDependencies,
  input: EndWaitInput,
): Promise<{ settled: SettledChar }> {
  const entry = await deps.memory.get(input.runId);
  const task = await resolveTask(deps, entry, input.index, input.generations);
  const nowMs = deps.now();
  const verdict = await runExecutor(deps, task, {
    signal: new AbortController().signal,
    attempt: 1,
    idempotencyKey: `${input.runId}:${task.definition.id}:${generation(input)}`,
    useDemo: false,
    demoReason: '',
    onProgress: () => undefined,
    decision: { ...input.decision, at: isoMicros(nowMs) },
  });
  return { settled: await end(deps, entry, input, task, verdict, nowMs) };
}

async function end(
  deps: ActivityDependencies,
  entry: RunEntry,
  input: BeginWaitInput,
  task: ResolvedTask,
  verdict: Verdict,
  startedMs: number,
): Promise<SettledChar> {
  const status = verdict.kind === 'completed' ? 'completed' : 'failed';
  const [row] = await deps.store.runs.outcomes(input.runId, [task.definition.id]);
  const ended = outcome(task.definition.id, generation(input), status, {
    inputs: task.inputs,
    result: verdict.kind === 'cancelled' ? null : verdict.result,
    error: verdict.kind === 'failed' ? verdict.error : null,
    startedAt: row?.startedAt ?? isoMicros(startedMs),
    completedAt: isoMicros(deps.now()),
    attempts: 1,
  });
  const events = [endEvent(input.runId, ended, deps.now())];
  const written = await deps.store.runs.commit({ runId: input.runId, outcomes: [ended], events });
  deps.memory.remember(entry, written.outcomes);
  return status === 'completed' ? 'c' : 'f';
}

function generation(input: BeginWaitInput): number {
  return input.generations[input.index] ?? 0;
}
