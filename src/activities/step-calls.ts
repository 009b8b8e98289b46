/** `step`, `askPerson` and `skip` of one call of an executor. */
import { AppError } from '../core/errors.ts';
import type { ExecutorContext, StepCalls, WaitDecision } from '../core/executor.ts';
import type { JsonValue } from '../core/json.ts';
import { isoMicros } from '../core/time.ts';
import type { Verdict } from './check-task.ts';
import type { LlmUse } from './llm-use.ts';
import type { RunLlmUse } from './run-llm-use.ts';
import type { BegunStep, StepLog } from './step-log.ts';

/** Largest result of a step: each attempt reads those of all steps. */
const MAX_STEP_BYTES = 1024 * 1024;

/** Thrown to leave an executor whose verdict stands already; whatever it makes of it, the verdict counts. */
export class CallEnded extends Error {}

export interface CallState {
  /** Set when the call is over before the executor has returned. */
  ending: Extract<Verdict, { kind: 'skipped' | 'waiting' }> | null;
}

export interface StepParts {
  readonly taskId: string;
  readonly executorId: string;
  /** null: nothing is stored. */
  readonly steps: StepLog | null;
  /** In front of the numbers of this call's steps; '' for the task's own. */
  readonly path: string;
  readonly idempotencyKey: string;
  readonly llm: LlmUse;
  readonly runUse: RunLlmUse;
  readonly signal: AbortSignal;
  readonly state: CallState;
  readonly now: () => number;
  /** `runExecutor` of a step: its calls are numbered and counted in it. */
  readonly runnerOf: (part: {
    path: string;
    idempotencyKey: string;
    llm: LlmUse;
  }) => StepCalls['runExecutor'];
}

export function stepCalls(parts: StepParts): Pick<ExecutorContext<unknown>, 'step' | 'askPerson' | 'skip'> {
  let count = 0;
  const next = () => {
    const number = count++;
    return { path: `${parts.path}${number}`, idempotencyKey: `${parts.idempotencyKey}:step:${number}` };
  };
  return {
    step: (name, work) => runStep(parts, { ...next(), name }, work),
    askPerson: (name, question) =>
      ask(parts, { path: next().path, name }, { ...question, untilMs: question.untilMs ?? null }),
    skip(reason, result) {
      parts.state.ending = { kind: 'skipped', error: `Skipped: ${reason}`, result };
      throw new CallEnded(reason);
    },
  };
}

interface NumberedStep {
  readonly path: string;
  readonly name: string;
  readonly idempotencyKey: string;
}

async function runStep<Result>(
  parts: StepParts,
  numbered: NumberedStep,
  work: (step: StepCalls) => Promise<Result>,
): Promise<Result> {
  const { steps, runUse } = parts;
  const { path, name } = numbered;
  if (steps === null) return (await doWork(parts, numbered, work)).result;
  const stored = await steps.find(path, name);
  if (stored?.status === 'completed') {
    const { tokenUsage, demo } = stored;
    // Earlier attempts have told what they used; one that was lost could not, and its part is ours.
    const isOurs = stored.attempt === steps.attempt;
    parts.llm.include({ demo, tokenUsage, attemptUsage: isOurs ? stored.attemptUsage : null });
    if (isOurs) runUse.countOnce(parts.taskId, parts.idempotencyKey + path, tokenUsage);
    return stored.result as Result;
  }
  const begun: BegunStep = { path, kind: 'work', name, startedAt: isoMicros(parts.now()) };
  // Not waited for: the end is written behind it, and meets the same trouble.
  steps.begin(begun).catch(() => undefined);
  const { result, used } = await doWork(parts, numbered, work, (error, used) =>
    steps.end({ ...begun, ...used, status: 'failed', result: null, error }),
  );
  await steps.end({ ...begun, ...used, status: 'completed', result: result as JsonValue, error: null });
  runUse.markCounted(parts.idempotencyKey + path);
  return result;
}

type Used = ReturnType<typeof usedBy>;

async function doWork<Result>(
  parts: StepParts,
  { path, name, idempotencyKey }: NumberedStep,
  work: (step: StepCalls) => Promise<Result>,
  onFailure: (error: string, used: Used) => Promise<void> = async () => undefined,
): Promise<{ result: Result; used: Used }> {
  const part = parts.llm.part(idempotencyKey);
  const llm = part.clientFor(parts.signal);
  const runExecutor = parts.runnerOf({ path: `${path}.`, idempotencyKey, llm: part });
  try {
    const result = asJson(await work({ idempotencyKey, llm, runExecutor }), name);
    requireGoing(parts);
    return { result, used: usedBy(part) };
  } catch (error) {
    const isFailure = parts.state.ending === null && !parts.signal.aborted;
    if (isFailure) await onFailure(error instanceof Error ? error.message : String(error), usedBy(part));
    throw error;
  } finally {
    parts.llm.include(usedBy(part));
  }
}

/** Work that made a result of an abort, or of an inner executor's wait, must not be kept for done. */
function requireGoing({ state, signal }: StepParts): void {
  if (state.ending !== null) throw new CallEnded('The call is over');
  if (signal.aborted) throw new AppError('task_cancelled', 'Cancelled');
}

function usedBy(part: LlmUse) {
  return { tokenUsage: part.spent, attemptUsage: part.ownSpent, demo: part.demo };
}

/** As a later attempt will read it. */
function asJson<Result>(result: Result, name: string): Result {
  const text = JSON.stringify(result ?? null);
  if (text.length <= MAX_STEP_BYTES) return JSON.parse(text) as Result;
  throw new AppError(
    'task_failed',
    `The result of step '${name}' has ${text.length} bytes; the limit is ${MAX_STEP_BYTES}`,
  );
}

async function ask(
  { executorId, steps, state, now }: StepParts,
  { path, name }: Pick<NumberedStep, 'path' | 'name'>,
  wait: Extract<Verdict, { kind: 'waiting' }>['wait'],
): Promise<WaitDecision> {
  if (steps === null)
    throw new AppError(
      'task_failed',
      `${executorId} has to ask a person here, and cannot wait where it is called: make it a task of its own`,
    );
  const stored = await steps.find(path, name);
  if (stored?.status === 'completed') return stored.result as unknown as WaitDecision;
  await steps.begin({ path, kind: 'decision', name, startedAt: isoMicros(now()) });
  state.ending = { kind: 'waiting', wait };
  throw new CallEnded(wait.message);
}
