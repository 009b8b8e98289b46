/** What `tasks.execute` answers about a run, in the contract's order of members with ours behind. */
import { AppError } from '../../core/errors.ts';
import type { QuotaInfo } from '../../core/quota/quota-info.ts';
import type { Run, RunSummary } from '../../core/run.ts';
import type { Call } from '../method.ts';

export interface RunAnswer {
  success: boolean;
  protocol: 'jsonrpc';
  root_task_id: string;
  task_id?: string;
  status: 'started' | 'already_running';
  streaming?: true;
  message: string;
  webhook_url?: string;
  tree_status?: string;
  task_count?: number;
  demo_tasks?: number;
  warnings?: readonly string[];
  run_id: string;
  result?: unknown;
  error?: string | null;
  quota_info?: QuotaInfo;
}

/** Waits for the run's end, or until the time that the items of a batch share is over. A hang-up never cancels. */
export async function waitForRun(call: Call, run: Run, waitSeconds: number): Promise<RunSummary | null> {
  if (call.isNotification || waitSeconds <= 0) return null;
  const left = call.startedAt + waitSeconds * 1000 - call.deps.clock.now();
  if (left <= 0) return null;
  try {
    return await call.deps.engine.wait(run, left, call.hangUp());
  } catch (error) {
    // The run is stored and will be carried out: that Temporal is away now changes nothing about the answer.
    if (!AppError.is(error) || error.code !== 'unavailable') throw error;
    call.deps.logger.warn(
      { request_id: call.requestId, run_id: run.run_id, err: error },
      'cannot wait for the run',
    );
    return null;
  }
}

/** `summary` null: the tree is still running. */
export function startedAnswer(run: Run, summary: RunSummary | null, webhookUrl: string | null): RunAnswer {
  const status = summary?.status ?? run.status;
  const hasFailed = status === 'failed' || status === 'cancelled';
  return {
    success: !hasFailed,
    protocol: 'jsonrpc',
    root_task_id: run.root_task_id,
    task_id: run.target_task_id,
    status: 'started',
    ...(webhookUrl === null ? {} : { streaming: true }),
    message:
      webhookUrl === null
        ? 'Task execution started'
        : `Task execution started with webhook callbacks. Updates will be sent to ${webhookUrl}`,
    ...(webhookUrl === null ? {} : { webhook_url: webhookUrl }),
    tree_status: status === 'paused' ? 'in_progress' : status,
    run_id: run.run_id,
    result: summary?.result ?? null,
    ...(hasFailed ? { error: summary?.error ?? run.error ?? 'Task tree execution failed' } : {}),
    ...(summary === null || summary.demoTasks === null
      ? {}
      : { task_count: run.task_count, demo_tasks: summary.demoTasks }),
  };
}

/** First answer of a stream: nothing has been waited for. */
export function streamingAnswer(run: Run, webhookUrl: string | null, quotaInfo: QuotaInfo): RunAnswer {
  return {
    success: true,
    protocol: 'jsonrpc',
    root_task_id: run.root_task_id,
    task_id: run.target_task_id,
    status: 'started',
    streaming: true,
    message: 'Task execution started with streaming',
    ...(webhookUrl === null ? {} : { webhook_url: webhookUrl }),
    run_id: run.run_id,
    quota_info: quotaInfo,
  };
}

export function alreadyRunningAnswer(run: Run, taskId: string): RunAnswer {
  return {
    success: false,
    protocol: 'jsonrpc',
    root_task_id: run.root_task_id,
    status: 'already_running',
    message: `Task ${taskId} is already running`,
    run_id: run.run_id,
  };
}
