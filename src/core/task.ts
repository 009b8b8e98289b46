/**
 * The task: a node of a tree, as clients see it (`taskSchema`, the 39 fields of the contract in their order)
 * and as we keep it (`TaskRecord`). Every other layer derives its types from here.
 *
 * Words: a *tree* is a root task and its descendants; a *run* is one execution of a tree or a subtree.
 */
import { z } from 'zod';
import type { JsonObject, JsonValue } from './json.ts';

export const TASK_STATUSES = [
  'pending',
  'in_progress',
  'completed',
  'failed',
  'cancelled',
  'skipped',
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** A terminal fact never changes within a run (only a retry or re-run makes a new one). */
export function isTerminal(status: TaskStatus): boolean {
  return status !== 'pending' && status !== 'in_progress';
}

/** `step`: no task but a part of one's work, shown below it; it has no row of its own and no method changes it. */
export const ORIGIN_TYPES = ['create', 'copy', 'link', 'archive', 'step'] as const;

/** Limits of one tree (enforced by `validateTree`). */
export const TREE_LIMITS = {
  tasks: 10_000,
  depth: 100,
  inputBytes: 1024 * 1024,
  idLength: 200,
  nameLength: 100,
} as const;

/** A dependency as it is stored: an id, or an object whose `required` defaults to true. Order is kept. */
export const dependencySchema = z.union([
  z.string(),
  z.looseObject({ id: z.string(), required: z.boolean().optional(), type: z.string().optional() }),
]);
export type Dependency = z.infer<typeof dependencySchema>;

const budget = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Per-task execution policy; what is absent comes from the executor. Times in milliseconds. */
export const taskPolicySchema = z.object({
  timeout_ms: z.number().int().min(1).max(86_400_000).optional(),
  max_attempts: z.number().int().min(1).max(100).optional(),
  backoff_ms: z.number().int().min(0).max(3_600_000).optional(),
  task_queue: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional(),
  /** How late a scheduled run may still start after an outage; what was missed for longer is left out. */
  catch_up_ms: z.number().int().min(10_000).max(31_536_000_000).optional(),
  /** Most tokens, in and out, the task's models may use in one run, all its attempts together. */
  max_tokens_total: budget.optional(),
  /** Most they may cost in one run, in nano-dollars. */
  max_cost_nano_usd: budget.optional(),
  /** On the root: the same for all tasks of a run together. */
  tree_max_tokens_total: budget.optional(),
  tree_max_cost_nano_usd: budget.optional(),
});
export type TaskPolicy = z.infer<typeof taskPolicySchema>;

/** Why and until when a task that is `in_progress` does nothing. `until` is ISO-8601 UTC or null. */
export interface TaskWait {
  readonly kind: 'timer' | 'approval' | 'paused';
  readonly until: string | null;
}

/** Whether the result is canned, and why (`requested`, `forced`, `llm_quota_exceeded` …). */
export interface TaskDemo {
  readonly active: boolean;
  readonly reason: string | null;
}

const json = z.custom<JsonValue>();
const jsonObject = z.custom<JsonObject>();
const timestamp = z.string().nullable();

/** A task as every method answers it. Key order is what existing clients print; test/api/examples.server.test.ts holds it. */
export const taskSchema = z.object({
  id: z.string(),
  parent_id: z.string().nullable(),
  task_tree_id: z.string().nullable(),
  user_id: z.string().nullable(),
  name: z.string(),
  status: z.enum(TASK_STATUSES),
  priority: z.number().int(),
  dependencies: z.array(dependencySchema),
  inputs: jsonObject,
  params: jsonObject,
  result: json.nullable(),
  error: z.string().nullable(),
  schemas: jsonObject,
  progress: z.number(),
  created_at: timestamp,
  started_at: timestamp,
  updated_at: timestamp,
  completed_at: timestamp,
  has_children: z.boolean(),
  original_task_id: z.string().nullable(),
  origin_type: z.enum(ORIGIN_TYPES).nullable(),
  has_references: z.boolean(),
  schedule_type: z.string().nullable(),
  schedule_expression: z.string().nullable(),
  schedule_enabled: z.boolean(),
  schedule_start_at: timestamp,
  schedule_end_at: timestamp,
  next_run_at: timestamp,
  last_run_at: timestamp,
  max_runs: z.number().int().nullable(),
  run_count: z.number().int(),
  lease_id: z.string().nullable(),
  lease_expires_at: timestamp,
  placement_constraints: json.nullable(),
  attempt_id: z.number().int(),
  idempotency_key: z.string().nullable(),
  last_assigned_node: z.string().nullable(),
  token_usage: jsonObject.nullable(),
  instance_id: z.string().nullable(),
});
export type Task = z.infer<typeof taskSchema>;

/** Members that clients read and no task of ours ever fills: leases and placement are Temporal's business. */
export const NEVER_SET = {
  lease_id: null,
  lease_expires_at: null,
  placement_constraints: null,
  attempt_id: 0,
  idempotency_key: null,
  last_assigned_node: null,
  instance_id: null,
} as const satisfies Partial<Task>;

/**
 * A task with what we keep beside the contract's fields. `status`, `inputs`, `result`, `error`, `progress` and the
 * times are those of the latest run (`run_id`); without a run, or after a manual update, they are the task's own.
 */
export interface TaskRecord extends Task {
  /** Place in the tree as created; breaks ties of priority. Starts at 0 (the root). */
  readonly position: number;
  readonly policy: TaskPolicy | null;
  readonly run_id: string | null;
  /** Inputs as created or updated, without what dependencies injected: what a fresh run and a clone start from. */
  readonly stored_inputs: JsonObject;
  /** True after `tasks.update` set a status: the reconciler leaves it, the next run keeps it. */
  readonly is_manual: boolean;
  readonly wait: TaskWait | null;
  readonly demo: TaskDemo | null;
  /** Who pays for the runs that a schedule starts, as the one who set it up; null = the owner. */
  readonly charged_to: TaskCharge | null;
}

/** What daily counts are kept by when nobody is asking. */
export interface TaskCharge {
  readonly subject: string;
  readonly ip_hash: string;
  readonly plan: 'free' | 'premium' | 'internal';
}

/** The executor a task names: `params.executor_id` wins over `schemas.method`; null = a task that only groups. */
export function executorIdOf(task: Pick<Task, 'params' | 'schemas'>): string | null {
  const fromParams = task.params['executor_id'];
  if (typeof fromParams === 'string' && fromParams !== '') return fromParams;
  const fromSchemas = task.schemas['method'];
  return typeof fromSchemas === 'string' && fromSchemas !== '' ? fromSchemas : null;
}

export function dependencyId(dependency: Dependency): string {
  return typeof dependency === 'string' ? dependency : dependency.id;
}

/** A dependency given as a plain id is required. */
export function isRequired(dependency: Dependency): boolean {
  return typeof dependency === 'string' || dependency.required !== false;
}
