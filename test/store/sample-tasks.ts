/** Tasks, runs and outcomes for the store's tests. */

import { uuidV7 } from '../../src/core/ids.ts';
import type { TaskOutcome } from '../../src/core/run.ts';
import type { TaskRecord } from '../../src/core/task.ts';
import { isoMicros } from '../../src/core/time.ts';
import type { AcceptRun } from '../../src/ports/store.ts';

export function sampleTask(id: string, over: Partial<TaskRecord> = {}): TaskRecord {
  const now = isoMicros(Date.now());
  const inputs = over.inputs ?? { b: 1, a: 'text' };
  return {
    id,
    parent_id: null,
    task_tree_id: id,
    user_id: 'user-1',
    name: `Task ${id}`,
    status: 'pending',
    priority: 1,
    dependencies: [],
    inputs,
    params: {},
    result: null,
    error: null,
    schemas: { method: 'system_info_executor' },
    progress: 0,
    created_at: now,
    started_at: null,
    updated_at: now,
    completed_at: null,
    has_children: false,
    original_task_id: null,
    origin_type: 'create',
    has_references: false,
    schedule_type: null,
    schedule_expression: null,
    schedule_enabled: false,
    schedule_start_at: null,
    schedule_end_at: null,
    next_run_at: null,
    last_run_at: null,
    max_runs: null,
    run_count: 0,
    lease_id: null,
    lease_expires_at: null,
    placement_constraints: null,
    attempt_id: 0,
    idempotency_key: null,
    last_assigned_node: null,
    token_usage: null,
    instance_id: null,
    position: 0,
    policy: null,
    run_id: null,
    stored_inputs: inputs,
    is_manual: false,
    wait: null,
    demo: null,
    charged_to: null,
    ...over,
  }; // prettier-ignore
}

/** A root with `count - 1` children. */
export function sampleTree(rootId: string, count: number): TaskRecord[] {
  return Array.from({ length: count }, (_, index) =>
    sampleTask(index === 0 ? rootId : `${rootId}-${index}`, {
      parent_id: index === 0 ? null : rootId,
      task_tree_id: rootId,
      position: index,
    }),
  );
}

export function sampleAccept(tasks: readonly TaskRecord[], over: Partial<AcceptRun> = {}): AcceptRun {
  const root = tasks[0] as TaskRecord;
  return {
    runId: uuidV7(),
    rootTaskId: root.id,
    targetTaskId: root.id,
    userId: 'user-1',
    useDemo: false,
    plan: {
      tasks: tasks.map((task, index) => ({
        id: task.id,
        executor: 'x',
        placement: 'inline',
        priority: 1,
        parent: index === 0 ? -1 : 0,
        deps: [],
      })), // prettier-ignore
      state: 'p'.repeat(tasks.length),
    },
    carried: [],
    options: { fairness: 1 },
    events: [{ type: 'run-started', taskId: null, at: isoMicros(Date.now()), data: {} }],
    ...over,
  };
}

export function sampleOutcome(taskId: string, over: Partial<TaskOutcome> = {}): TaskOutcome {
  return {
    taskId,
    generation: 0,
    status: 'completed',
    inputs: null,
    result: { ok: true },
    error: null,
    progress: 1,
    startedAt: isoMicros(Date.now()),
    completedAt: isoMicros(Date.now()),
    attempts: 1,
    wait: null,
    demo: null,
    tokenUsage: null,
    ...over,
  }; // prettier-ignore
}
