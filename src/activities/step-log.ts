/** The stored steps of one task in this run and generation: read once, added to as the work goes on. */
import { AppError } from '../core/errors.ts';
import type { NewRunEvent } from '../core/run-event.ts';
import type { Redactor } from '../core/secrets/redactor.ts';
import type { TaskStep } from '../core/task-step.ts';
import { isoMicros } from '../core/time.ts';
import { event } from './outcomes.ts';

/** The part of a log that the calls of an executor use. */
export interface StepLog {
  readonly attempt: number;
  /** The step of this path as an earlier attempt has left it. Throws `task_failed` when it is another one. */
  find(path: string, name: string): Promise<TaskStep | undefined>;
  /** Resolves when it is stored, as `end` does. Throws `unavailable`. */
  begin(step: BegunStep): Promise<void>;
  end(step: EndedStep): Promise<void>;
}

export type BegunStep = Pick<TaskStep, 'path' | 'kind' | 'name' | 'startedAt'>;
export type EndedStep = BegunStep &
  Pick<TaskStep, 'status' | 'result' | 'error' | 'tokenUsage' | 'attemptUsage' | 'demo'>;

export interface StepLogOptions {
  readonly taskId: string;
  readonly generation: number;
  /** The executor's: 1 at first. */
  readonly attempt: number;
  readonly now: () => number;
  /** Behind all writes so far. */
  readonly load: () => Promise<readonly TaskStep[]>;
  /** In order. */
  readonly write: (step: TaskStep, event: NewRunEvent) => Promise<void>;
}

export function createStepLog(options: StepLogOptions): StepLog {
  const { taskId, generation, attempt, now } = options;
  let loading: Promise<Map<string, TaskStep>> | undefined;
  const load = async () =>
    new Map(
      (await options.load())
        .filter((step) => step.generation === generation)
        .map((step) => [step.path, step]),
    );
  const write = (step: EndedStep | BegunStep, completedAt: string | null) => {
    const whole: TaskStep = { ...UNDONE, ...step, taskId, generation, attempt, completedAt };
    const shown = { path: step.path, name: step.name, status: whole.status };
    return options.write(whole, event('task-progress', taskId, now(), { message: step.name, step: shown }));
  };
  return {
    attempt,
    find: async (path, name) => {
      loading ??= load();
      const stored = (await loading).get(path);
      if (stored !== undefined) requireSame(stored, name);
      return stored;
    },
    begin: (step) => write(step, null),
    end: (step) => write(step, isoMicros(now())),
  };
}

const UNDONE = {
  status: 'in_progress',
  result: null,
  error: null,
  tokenUsage: null,
  attemptUsage: null,
  demo: null,
} as const satisfies Partial<TaskStep>;

/** For an executor that knows secrets: none of them is stored. */
export function redactedSteps(log: StepLog, redactor: Redactor): StepLog {
  return {
    attempt: log.attempt,
    find: (path, name) => log.find(path, redactor.text(name)),
    begin: (step) => log.begin({ ...step, name: redactor.text(step.name) }),
    end: (step) =>
      log.end({
        ...step,
        name: redactor.text(step.name),
        result: step.result === null ? null : redactor.json(step.result),
        error: step.error === null ? null : redactor.text(step.error),
      }),
  };
}

function requireSame(stored: TaskStep, name: string): void {
  if (stored.name === name) return;
  throw new AppError(
    'task_failed',
    `Step ${stored.path} was '${stored.name}' in an earlier attempt and is '${name}' now: an executor must call its steps in the same order each time`,
  );
}
