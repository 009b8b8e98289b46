/** Why a task cannot run at all: no executor, an unknown one, one that is switched off, inputs its schema refuses. */
import type { AnyExecutor } from '../core/executor.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { TaskDemo } from '../core/task.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';
import { maskedTask } from './masked-task.ts';
import type { ResolvedTask } from './resolve-task.ts';

/** What became of one call of an executor. */
export type Verdict =
  | {
      readonly kind: 'completed';
      readonly result: JsonValue | null;
      readonly demo: TaskDemo | null;
      /** null when no model was asked. */
      readonly tokenUsage?: JsonObject | null;
      /** What of it this attempt has spent, for its usage row; absent = all. */
      readonly attemptUsage?: JsonObject | null;
    }
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly result: JsonValue | null;
      readonly isRetryable: boolean;
      /** How long whoever refused asked us to stay away. */
      readonly retryAfterSeconds?: number | undefined;
      /** What was spent before it failed. */
      readonly tokenUsage?: JsonObject | null;
      readonly attemptUsage?: JsonObject | null;
    }
  /** It has nothing to do in this run, and neither have those that need it. */
  | { readonly kind: 'skipped'; readonly error: string; readonly result: JsonValue | null }
  /** It goes on with a person's decision. */
  | { readonly kind: 'waiting'; readonly wait: DecisionWait }
  | { readonly kind: 'cancelled' };

/** A verdict that ends the task. */
export type FinalVerdict = Extract<Verdict, { kind: 'completed' | 'failed' | 'skipped' }>;

/** What a task that runs waits for. */
export interface DecisionWait {
  readonly message: string;
  /** Epoch ms; null = as long as it takes. */
  readonly untilMs: number | null;
}

export function refusal(registry: ExecutorRegistry, task: ResolvedTask, useDemo: boolean): Verdict | null {
  if (task.executorId === null) {
    // A task without an executor groups its children.
    if (task.definition.has_children) return null;
    return refuse(
      task,
      `Task '${task.definition.name}' names no executor: set schemas.method to an executor id`,
    );
  }
  if (task.executor === undefined) {
    const known = registry.all().map(({ id }) => id);
    return refuse(task, `Unknown executor '${task.executorId}'. Known executors: ${known.join(', ')}`);
  }
  if (useDemo) return null;
  const { available, reason } = registry.availability(task.executor);
  return available ? null : refuse(task, `Executor '${task.executor.id}' is not available: ${reason}`);
}

export function checkInput(task: ResolvedTask, executor: AnyExecutor): { readonly value: unknown } | Verdict {
  const parsed = executor.input.safeParse(task.inputs);
  if (parsed.success) return { value: parsed.data };
  const problems = parsed.error.issues.map(
    (issue) => `inputs.${issue.path.join('.') || '(root)'}: ${issue.message}`,
  );
  return refuse(task, `Invalid inputs for ${executor.id}:\n- ${problems.join('\n- ')}`);
}

/** The shape existing clients know of such a failure: the error and what the task was. */
function refuse(task: ResolvedTask, error: string): Verdict {
  const { definition } = task;
  const { inputs, params } = maskedTask(task);
  const result = {
    error,
    task_id: definition.id,
    name: definition.name,
    task_type: task.executorId,
    task_params: params,
    inputs,
  };
  return { kind: 'failed', error, result, isRetryable: false };
}
