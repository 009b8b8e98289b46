/** The task as clients see it: the contract's 39 fields in their order, and our extras only where they say something. */

import type { Task, TaskDemo, TaskPolicy, TaskRecord, TaskWait } from '../core/task.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';
import { secretFieldsOf } from './secrets/secret-fields-of.ts';

export interface TaskModel extends Task {
  policy?: TaskPolicy;
  /** Why a task in progress does nothing. */
  wait?: TaskWait;
  /** Present when the result is canned. */
  demo?: TaskDemo;
}

/**
 * Written out field by field: the order is what clients print, and a literal is the quickest way to build it. Secrets
 * read as `[secret]`.
 */
export function toTaskModel(record: TaskRecord, registry: ExecutorRegistry): TaskModel {
  const model: TaskModel = {
    id: record.id,
    parent_id: record.parent_id,
    task_tree_id: record.task_tree_id,
    user_id: record.user_id,
    name: record.name,
    status: record.status,
    priority: record.priority,
    dependencies: record.dependencies,
    inputs: record.inputs,
    params: record.params,
    result: record.result,
    error: record.error,
    schemas: record.schemas,
    progress: record.progress,
    created_at: record.created_at,
    started_at: record.started_at,
    updated_at: record.updated_at,
    completed_at: record.completed_at,
    has_children: record.has_children,
    original_task_id: record.original_task_id,
    origin_type: record.origin_type,
    has_references: record.has_references,
    schedule_type: record.schedule_type,
    schedule_expression: record.schedule_expression,
    schedule_enabled: record.schedule_enabled,
    schedule_start_at: record.schedule_start_at,
    schedule_end_at: record.schedule_end_at,
    next_run_at: record.next_run_at,
    last_run_at: record.last_run_at,
    max_runs: record.max_runs,
    run_count: record.run_count,
    lease_id: record.lease_id,
    lease_expires_at: record.lease_expires_at,
    placement_constraints: record.placement_constraints,
    attempt_id: record.attempt_id,
    idempotency_key: record.idempotency_key,
    last_assigned_node: record.last_assigned_node,
    token_usage: record.token_usage,
    instance_id: record.instance_id,
  };
  const secrets = secretFieldsOf(registry, record);
  if (secrets !== null) {
    model.inputs = secrets.mask(record.inputs);
    model.params = secrets.mask(record.params);
  }
  if (record.policy !== null) model.policy = record.policy;
  if (record.wait !== null) model.wait = record.wait;
  if (record.demo?.active === true) model.demo = record.demo;
  return model;
}
