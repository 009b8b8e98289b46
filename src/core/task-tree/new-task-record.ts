/** A task that never ran, with every member in the contract's order. Create and clone start from it. */
import type { TaskRecord } from '../task.ts';

type Given = Partial<TaskRecord> &
  Pick<TaskRecord, 'id' | 'parent_id' | 'task_tree_id' | 'user_id' | 'name' | 'position'>;

/** `now` (ISO-8601 with microseconds) becomes created_at and updated_at. `stored_inputs` follows `inputs`. */
export function newTaskRecord(given: Given, now: string): TaskRecord {
  const blank: TaskRecord = {
    id: given.id,
    parent_id: given.parent_id,
    task_tree_id: given.task_tree_id,
    user_id: given.user_id,
    name: given.name,
    status: 'pending',
    priority: 1,
    dependencies: [],
    inputs: {},
    params: {},
    result: null,
    error: null,
    schemas: {},
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
    position: given.position,
    policy: null,
    run_id: null,
    stored_inputs: {},
    is_manual: false,
    wait: null,
    demo: null,
    charged_to: null,
  };
  // Spreading over the blank keeps the contract's order of members, whatever the order of `given`.
  return { ...blank, ...given, stored_inputs: given.inputs ?? {} };
}
