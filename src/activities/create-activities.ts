/** All activities of a worker: the ones that write rows, and one activity type per executor id. */
import { ApplicationFailure, Context } from '@temporalio/activity';
import { AppError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type {
  AdvanceInput,
  BeginWaitInput,
  DeliverInput,
  EndWaitInput,
  ReplyInput,
  RunTasksInput,
  ScheduledStart,
} from '../core/run-protocol.ts';
import { advance } from './advance.ts';
import { giveUpReply, writeReply } from './conversations/write-reply.ts';
import { deliverEvents } from './deliver-events.ts';
import type { ActivityDependencies, WorkflowDependencies } from './dependencies.ts';
import { runTasks } from './run-tasks.ts';
import { beginWait, endWait } from './waits.ts';

/** A page of a plan stays well below the 256 KiB one activity may return. */
const PLAN_PAGE_TASKS = 1_000;

type Activity<Input, Output> = (input: Input) => Promise<Output>;

export function createActivities(deps: WorkflowDependencies): Record<string, Activity<never, unknown>> {
  return {
    ...createTaskActivities(deps),
    advance: guarded((input: AdvanceInput) => runAdvance(deps, input)),
    beginWait: guarded((input: BeginWaitInput) => beginWait(deps, input)),
    endWait: guarded((input: EndWaitInput) => endWait(deps, input)),
    deliverEvents: guarded((input: DeliverInput) => deliverEvents(deps, input)),
    startScheduled: guarded((input: ScheduledStart) => deps.startScheduled(input)),
    writeReply: guarded((input: ReplyInput) => writeReply(deps, input)),
    giveUpReply: guarded((input: ReplyInput) => giveUpReply(deps, input)),
    loadPlan: guarded((input: { runId: string; from: number }) => loadPlan(deps, input)),
  };
}

/** The executors' own: all that a worker of a named queue has. */
export function createTaskActivities(deps: ActivityDependencies): Record<string, Activity<never, unknown>> {
  const activities: Record<string, Activity<never, unknown>> = {};
  const tasks = guarded((input: RunTasksInput) => runTasks(deps, input));
  for (const executor of deps.registry.all()) {
    for (const id of [executor.id, ...(executor.aliases ?? [])]) activities[id] = tasks;
  }
  return activities;
}

async function runAdvance(deps: ActivityDependencies, input: AdvanceInput) {
  const abort = new AbortController();
  const onCancel = () => abort.abort();
  const { cancellationSignal } = Context.current();
  if (cancellationSignal.aborted) onCancel();
  else cancellationSignal.addEventListener('abort', onCancel, { once: true });
  const release = deps.aborts.register(input.runId, null, abort);
  try {
    return await advance(deps, input, abort.signal);
  } finally {
    release();
  }
}

async function loadPlan(
  deps: ActivityDependencies,
  input: { runId: string; from: number },
): Promise<{ tasks: Plan['tasks']; state: string; total: number }> {
  const { plan } = (await deps.memory.get(input.runId)).context;
  const tasks = plan.tasks.slice(input.from, input.from + PLAN_PAGE_TASKS);
  return { tasks, state: input.from === 0 ? plan.state : '', total: plan.tasks.length };
}

/** Our errors say by type whether a repeat makes sense; Temporal is told so. */
function guarded<Input, Output>(activity: Activity<Input, Output>): Activity<never, unknown> {
  const run = async (input: Input): Promise<Output> => {
    try {
      return await activity(input);
    } catch (error) {
      if (!AppError.is(error)) throw error;
      const { message, code: type, retryable } = error;
      throw ApplicationFailure.create({ message, type, nonRetryable: !retryable });
    }
  };
  return run as Activity<never, unknown>;
}
