/** Tasks that wait: the executor says until when, the workflow waits, and the executor turns the waking into a result. */
import { AppError } from '../core/errors.ts';
import type { BeginWaitInput, BeginWaitOutput, EndWaitInput, EndWaitOutput } from '../core/run-protocol.ts';
import type { SettledChar } from '../core/run-state.ts';
import { isoMicros } from '../core/time.ts';
import { userPlanOf } from '../core/usage.ts';
import { announceStart } from './announce-start.ts';
import { attemptUsage } from './attempt-usage.ts';
import { refusal, type Verdict } from './check-task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { recordedInputs } from './masked-task.ts';
import { endEvent, event, outcome } from './outcomes.ts';
import { type ResolvedTask, resolveTask } from './resolve-task.ts';
import { carryOut, decideBefore, type HookedCall, type HookedVerdict, noteAfter } from './run-hooked.ts';
import type { RunEntry } from './run-memory.ts';
import { checkWithSecrets } from './run-with-secrets.ts';
import { storeDecision } from './store-decision.ts';

/** Ends at once where hooks say so, or inputs are wrong. */
export async function beginWait(deps: ActivityDependencies, input: BeginWaitInput): Promise<BeginWaitOutput> {
  const entry = await deps.memory.get(input.runId);
  const resolved = await resolveTask(deps, entry, input.index, input.generations);
  await announceStart(deps, entry, input.index, generation(input) === 0);
  const nowMs = deps.now();
  const call = waitCall(entry, resolved, input);
  const { inputs, action } = await decideBefore(deps, resolved, call);
  const task = inputs === null ? resolved : { ...resolved, inputs };
  if (action.kind !== 'run') {
    const verdict = await carryOut(deps, task, call, action);
    const answeredBy = action.kind === 'answer' ? { [action.hook]: { answered: true } } : null;
    const hooked = await noteAfter(deps, task, call, { verdict, answeredBy });
    return { settled: await end(deps, entry, input, hooked, nowMs) };
  }
  const endUnwaited = async (verdict: Verdict) =>
    end(deps, entry, input, await noteAfter(deps, task, call, { verdict, answeredBy: null }), nowMs);
  const refused = refusal(deps.registry, task, false);
  if (refused !== null) return { settled: await endUnwaited(refused) };
  const executor = task.executor;
  if (executor?.wait === undefined)
    throw new AppError('internal', `Executor ${task.executorId} cannot wait`, { retryable: false });
  const parsed = await checkWithSecrets(deps, task, executor, entry.context.run);
  if ('kind' in parsed) return { settled: await endUnwaited(parsed) };
  const { kind, untilMs } = executor.wait({ input: parsed.value, nowMs: Math.floor(nowMs) });
  const until = untilMs === null ? null : isoMicros(untilMs);
  const at = isoMicros(nowMs);
  await deps.store.runs.commit({
    runId: input.runId,
    outcomes: [
      outcome(task.definition.id, generation(input), 'in_progress', {
        startedAt: at,
        inputs: recordedInputs(task),
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

export async function endWait(deps: ActivityDependencies, input: EndWaitInput): Promise<EndWaitOutput> {
  const entry = await deps.memory.get(input.runId);
  if (entry.context.plan.tasks[input.index]?.placement !== 'wait') {
    await storeDecision(deps, entry, input);
    return { resumed: true };
  }
  const resolved = await resolveTask(deps, entry, input.index, input.generations);
  const [row] = await deps.store.runs.outcomes(input.runId, [resolved.definition.id]);
  // With what hooks made of them before the wait.
  const kept = row?.inputs ?? resolved.inputs;
  const inputs = resolved.secrets === null ? kept : resolved.secrets.putBack(kept, resolved.inputs);
  const task = { ...resolved, inputs };
  const nowMs = deps.now();
  const call = {
    ...waitCall(entry, task, input),
    decision: { ...input.decision, at: isoMicros(nowMs) },
  };
  const verdict = await carryOut(deps, task, call, { kind: 'run' });
  const hooked = await noteAfter(deps, task, call, { verdict, answeredBy: null });
  return { settled: await end(deps, entry, input, hooked, nowMs) };
}

function waitCall(entry: RunEntry, task: ResolvedTask, input: BeginWaitInput): HookedCall {
  return {
    entry,
    signal: new AbortController().signal,
    attempt: 1,
    idempotencyKey: `${input.runId}:${task.definition.id}:${generation(input)}`,
    useDemo: false,
    demoReason: '',
    onProgress: () => undefined,
  };
}

async function end(
  deps: ActivityDependencies,
  entry: RunEntry,
  input: BeginWaitInput,
  { verdict, inputs, annotations }: HookedVerdict,
  startedMs: number,
): Promise<SettledChar> {
  const status = verdict.kind === 'completed' ? 'completed' : 'failed';
  const endedMs = deps.now();
  const taskId = entry.context.plan.tasks[input.index]?.id ?? '';
  const executorId = entry.context.plan.tasks[input.index]?.executor ?? '';
  const [row] = await deps.store.runs.outcomes(input.runId, [taskId]);
  const ended = outcome(taskId, generation(input), status, {
    inputs,
    demo: verdict.kind === 'completed' ? verdict.demo : null,
    result: 'result' in verdict ? verdict.result : null,
    error: verdict.kind === 'failed' ? verdict.error : null,
    startedAt: row?.startedAt ?? isoMicros(startedMs),
    completedAt: isoMicros(endedMs),
    attempts: 1,
  });
  deps.onTaskEnded?.({ executor: executorId, status });
  const begunMs = row?.startedAt == null ? startedMs : Date.parse(row.startedAt);
  const written = await deps.store.runs.commit({
    runId: input.runId,
    outcomes: [ended],
    events: [endEvent(input.runId, ended, endedMs, annotations)],
    attempts: [attemptUsage(ended, executorId || null, { startedMs: begunMs, endedMs })],
    userPlan: userPlanOf(entry.context.options),
  });
  deps.memory.remember(entry, written.outcomes);
  return status === 'completed' ? 'c' : 'f';
}

function generation(input: BeginWaitInput): number {
  return input.generations[input.index] ?? 0;
}
