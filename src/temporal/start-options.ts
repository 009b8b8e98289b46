/** How a run looks to Temporal and to people in its UI: id, policies, search attributes, summary, details, priority. */
import type { WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import { INLINE_PLAN_TASKS } from '../core/plan.ts';
import type { RunTreeInput, RunTreeLimits } from '../core/run-protocol.ts';
import { TREES_QUEUE } from '../core/run-protocol.ts';
import type { StartRun } from '../ports/engine.ts';

const USER_ID = defineSearchAttributeKey('UserId', SearchAttributeType.KEYWORD);
const PLAN = defineSearchAttributeKey('Plan', SearchAttributeType.KEYWORD);
const EXECUTOR = defineSearchAttributeKey('Executor', SearchAttributeType.KEYWORD_LIST);
const DEMO_MODE = defineSearchAttributeKey('DemoMode', SearchAttributeType.BOOL);
const SHOWN_EXECUTORS = 20;
/** Memo field that says whose a workflow is: its id alone does not, once a root was deleted and made again. */
export const RUN_ID_MEMO = 'run_id';

export function startOptions(
  start: StartRun,
  limits: RunTreeLimits,
  options: { readonly eager: boolean; readonly publicUrl: string | null },
): WorkflowStartOptions & { args: [RunTreeInput] } {
  const { run, plan } = start;
  const isLarge = plan.tasks.length > INLINE_PLAN_TASKS;
  return {
    workflowId: run.workflow_id,
    taskQueue: TREES_QUEUE,
    args: [runInput(start, limits)],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'FAIL',
    requestEagerStart: options.eager,
    memo: { [RUN_ID_MEMO]: run.run_id },
    typedSearchAttributes: searchAttributes(start),
    staticSummary: summary(start),
    staticDetails: details(start, options.publicUrl),
    priority: { fairnessKey: run.user_id.slice(0, 64) },
    // Replaying thousands of events takes a small machine longer than the default 10 s.
    ...(isLarge ? { workflowTaskTimeout: '30 seconds' } : {}),
  };
}

/** The plan travels only where the workflow needs it: every byte is stored, copied and decoded several times. */
function runInput({ run, plan }: StartRun, limits: RunTreeLimits): RunTreeInput {
  if (plan.tasks.every(({ placement }) => placement === 'inline'))
    return { runId: run.run_id, plan: null, inlineState: plan.state, limits };
  return { runId: run.run_id, plan: plan.tasks.length > INLINE_PLAN_TASKS ? null : plan, limits };
}

function searchAttributes({ run, planName, executors }: StartRun): SearchAttributePair[] {
  return [
    { key: USER_ID, value: run.user_id },
    { key: PLAN, value: planName },
    { key: DEMO_MODE, value: run.use_demo },
    ...(executors.length === 0 ? [] : [{ key: EXECUTOR, value: executors.slice(0, SHOWN_EXECUTORS) }]),
  ];
}

function summary({ run, title, planName }: StartRun): string {
  const tasks = run.task_count === 1 ? '1 task' : `${run.task_count} tasks`;
  return `${title.slice(0, 120)} · ${tasks} · ${planName}${run.use_demo ? ' · demo' : ''}`;
}

function details({ run, executors }: StartRun, publicUrl: string | null): string {
  const lines = [
    `**User** ${run.user_id}  `,
    `**Root task** ${run.root_task_id}  `,
    `**Run** ${run.run_id} (number ${run.number})  `,
    `**Executors** ${executors.slice(0, SHOWN_EXECUTORS).join(', ') || '–'}  `,
  ];
  if (publicUrl !== null) lines.push(`[Events](${publicUrl}/runs/${run.run_id}/events)`);
  return lines.join('\n');
}
