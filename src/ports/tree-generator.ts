/** Makes a tree of tasks from a sentence. Implemented by src/llm/generate-tree. */
import type { TreePlan } from '../core/executor.ts';
import type { JsonObject } from '../core/json.ts';
import type { LlmClient } from '../core/llm/chat.ts';
import type { LlmKey } from '../core/llm/llm-key.ts';
import type { TaskDemo, TaskRecord } from '../core/task.ts';

/** What is planned, and for whom. */
export interface PlanRequest extends TreePlan {
  readonly userId: string;
  /** ISO-8601 with microseconds: creation time of the tasks. */
  readonly now: string;
  /** Absent: nobody watches, and the model is not asked to stream. */
  readonly onEvent?: ((event: PlanEvent) => void) | undefined;
}

/** What is heard of a plan while it is made. `attempt` counts from 0; a repair makes all tasks before it void. */
export type PlanEvent =
  | { readonly type: 'start'; readonly attempt: number }
  | { readonly type: 'task'; readonly attempt: number; readonly task: SketchedTask }
  | { readonly type: 'repair'; readonly attempt: number; readonly problems: readonly string[] };

/** A task as the planner wrote it, unchecked; without inputs, which may hold secrets. */
export interface SketchedTask {
  readonly name: string;
  readonly executor: string | null;
  readonly parent: string | null;
  readonly depends_on: readonly string[];
}

export interface GenerateRequest extends PlanRequest {
  /** Planned by rules although there is a key, and why; null = only when there is none. */
  readonly demoReason: string | null;
  readonly header: LlmKey | null;
  readonly stored: readonly LlmKey[];
  readonly mayUseServerKey: boolean;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

export interface GeneratedTree {
  /** Valid as `tasks.create` takes it, root first; stored nowhere yet. */
  readonly tasks: readonly TaskRecord[];
  /** Set when no model was asked. */
  readonly demo: TaskDemo | null;
  readonly model: string | null;
  /** Times the model had to correct its plan. */
  readonly repairs: number;
  /** Tokens of all calls together; null when no model was asked or it did not say. */
  readonly usage: JsonObject | null;
}

export interface TreeGenerator {
  /** Throws as the model's client does, and `task_failed` when the plan stays broken: a broken one is never returned. */
  generate(request: GenerateRequest): Promise<GeneratedTree>;
}

/** Plans with a model client that is at hand. Throws as the client does, and `task_failed` when the plan stays broken. */
export type TreePlanner = (
  client: LlmClient,
  request: PlanRequest,
) => Promise<Pick<GeneratedTree, 'tasks' | 'model' | 'repairs'>>;
