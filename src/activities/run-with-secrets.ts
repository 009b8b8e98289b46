/** A call of an executor that has secret inputs: opened for the call, and taken out of all that comes back from it. */
import { AppError } from '../core/errors.ts';
import type { AnyExecutor, ExecutorLogger } from '../core/executor.ts';
import type { JsonObject } from '../core/json.ts';
import type { Redactor } from '../core/secrets/redactor.ts';
import type { RunOfUser } from '../ports/llm-keys.ts';
import { checkInput, type Verdict } from './check-task.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type OpenedTask, openSecrets } from './open-secrets.ts';
import type { ResolvedTask } from './resolve-task.ts';
import { redactedSteps, type StepLog } from './step-log.ts';

/** What a call says while it runs, and for whom. */
interface Told {
  readonly run: RunOfUser;
  readonly onProgress: (progress: number, message?: string) => void;
  readonly onDelta?: (text: string) => void;
  readonly steps?: StepLog | null;
}

export async function runWithSecrets<Options extends Told>(
  deps: ActivityDependencies,
  task: ResolvedTask,
  options: Options,
  run: (deps: ActivityDependencies, task: ResolvedTask, options: Options) => Promise<Verdict>,
): Promise<Verdict> {
  const opened = await openOrFail(deps, task, options.run);
  if ('kind' in opened) return opened;
  const { redactor } = opened;
  const { onProgress, onDelta, steps } = options;
  const verdict = await run({ ...deps, logger: quietLogger(deps.logger, redactor) }, opened.task, {
    ...options,
    onProgress: (progress, message) =>
      onProgress(progress, message === undefined ? undefined : redactor.text(message)),
    ...(onDelta === undefined ? {} : { onDelta: (text) => onDelta(redactor.text(text)) }),
    ...(steps == null ? {} : { steps: redactedSteps(steps, redactor) }),
  });
  return redacted(verdict, redactor);
}

/** The inputs as the executor wants them, for one that is asked something before it runs. */
export async function checkWithSecrets(
  deps: ActivityDependencies,
  task: ResolvedTask,
  executor: AnyExecutor,
  run: { readonly run_id: string; readonly user_id: string },
): Promise<ReturnType<typeof checkInput>> {
  if (task.secrets === null) return checkInput(task, executor);
  const opened = await openOrFail(deps, task, { runId: run.run_id, userId: run.user_id });
  if ('kind' in opened) return opened;
  const checked = checkInput(opened.task, executor);
  return 'kind' in checked ? redacted(checked, opened.redactor) : checked;
}

async function openOrFail(
  deps: ActivityDependencies,
  task: ResolvedTask,
  run: RunOfUser,
): Promise<OpenedTask | Verdict> {
  try {
    return await openSecrets(deps.inputSecrets, task, run);
  } catch (error) {
    // Nobody to ask is no failure of the task: the activity is tried again, as when the store is away.
    if (!AppError.is(error) || error.retryable) throw error;
    return { kind: 'failed', error: error.message, result: null, isRetryable: false };
  }
}

function redacted(verdict: Verdict, redactor: Redactor): Verdict {
  if (verdict.kind === 'cancelled') return verdict;
  if (verdict.kind === 'waiting')
    return { ...verdict, wait: { ...verdict.wait, message: redactor.text(verdict.wait.message) } };
  const result = verdict.result === null ? null : redactor.json(verdict.result);
  if (verdict.kind === 'completed') return { ...verdict, result };
  return { ...verdict, result, error: redactor.text(verdict.error) };
}

function quietLogger(
  logger: ActivityDependencies['logger'],
  redactor: Redactor,
): ActivityDependencies['logger'] {
  const quiet = (level: keyof ActivityDependencies['logger']): ExecutorLogger['info'] => {
    return (fields, message) => logger[level](redactedFields(fields, redactor), redactor.text(message));
  };
  return { info: quiet('info'), warn: quiet('warn'), error: quiet('error') };
}

/** An error among them becomes its text: that is where a secret would be. */
function redactedFields(fields: Record<string, unknown>, redactor: Redactor): Record<string, unknown> {
  const plain = JSON.stringify(fields, (_, value: unknown) =>
    value instanceof Error ? (value.stack ?? value.message) : typeof value === 'bigint' ? `${value}` : value,
  );
  return redactor.json(JSON.parse(plain) as JsonObject) as JsonObject;
}
