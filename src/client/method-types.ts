/** Params and results of the methods as a caller types them. The server checks them anew; this file only helps. */
import type { PolicyAnswer } from '../core/experiments/policy-answer.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { RouteAnswer, RouteQuestion } from '../core/llm/route-schema.ts';
import type { Run, RunStatus } from '../core/run.ts';
import type { RedactionReport, RedactionRequest } from '../core/safety/redaction.ts';
import type { SafetyCheckRequest, SafetyReport } from '../core/safety/safety-check.ts';
import type { Dependency, Task, TaskPolicy, TaskStatus } from '../core/task.ts';
import type { UsageGroupName, UsageOutcome } from '../core/usage.ts';
import type { ConversationMethods } from './conversation-types.ts';
import type { PersonaMethods } from './persona-types.ts';
import type { StudyMethods } from './study-types.ts';

/** A task to create: by `schemas.method` or `params.executor_id` it names its executor. */
export type NewTask =
  | {
      name: string;
      id?: string;
      parent_id?: string;
      dependencies?: (Dependency | { name: string; required?: boolean })[];
      priority?: number;
      inputs?: JsonObject;
      params?: JsonObject;
      schemas?: JsonObject;
      policy?: TaskPolicy;
    }
  | JsonObject;

export type TaskTree = { task: Task; children: TaskTree[] };

export type ExecuteParams = {
  task_id?: string;
  tasks?: NewTask[];
  use_demo?: boolean;
  /** Run everything again, also what is finished. */
  fresh?: boolean;
  /** Seconds to wait for the end; 0 answers at once. Default 25. */
  wait_seconds?: number;
  webhook_config?: JsonObject;
};

type ScheduleFilter = {
  user_id?: string;
  schedule_type?: 'once' | 'interval' | 'cron' | 'daily' | 'weekly' | 'monthly';
  limit?: number;
};

export type TriggerAnswer = {
  success: boolean;
  /** `triggered`, `already_running`, `in_progress`, or how the tree ended. */
  status: string;
  task_id: string;
  run_id: string;
  message?: string;
  /** With `async_execution: false`. */
  result?: JsonValue;
  error?: string | null;
  children?: { task_id: string; name: string; status: TaskStatus; error: string | null }[];
};

export type ExecuteAnswer = {
  success: boolean;
  protocol: string;
  root_task_id: string;
  task_id?: string;
  status: 'started' | 'already_running';
  message: string;
  tree_status?: RunStatus;
  run_id?: string;
  result?: JsonValue;
  error?: string;
  streaming?: boolean;
  task_count?: number;
  /** How many of its results are canned; when the tree has ended. */
  demo_tasks?: number;
  quota_info?: QuotaInfo;
  /** Fields of tasks that were ignored but look like a known one. */
  warnings?: string[];
};

/** What the caller has used today; limits are null where there is none. */
export type QuotaInfo = {
  total_used: number;
  total_limit: number | null;
  llm_used: number;
  llm_limit: number | null;
  reset_time: string;
};

export type GenerateAnswer = {
  /** As tasks.create and tasks.execute take them. */
  tasks: NewTask[];
  count: number;
  message: string;
  /** When saved. */
  root_task_id?: string;
  model?: string;
  token_usage?: JsonObject;
  /** Set when no model was asked. */
  demo?: { active: boolean; reason: string | null };
  quota_info?: QuotaInfo;
};

export type CancelAnswer = {
  task_id: string;
  status: 'cancelled' | 'failed' | 'error';
  message: string;
  force: boolean;
  error?: string | null;
};

export type ExecutorEntry = {
  id: string;
  name: string;
  description: string;
  tags: string[];
  available: boolean;
  reason?: string;
};

export type ApiKey = {
  key_id: string;
  name: string;
  hint: string;
  user_id: string;
  roles: string[];
  plan: string;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
};

export type ModelEntry = {
  provider: string;
  model: string;
  available: boolean;
  /** Why it cannot be asked now. */
  reason: string | null;
  context_tokens: number;
  max_answer_tokens: number;
  vision: boolean;
  functions: boolean;
  privacy: string;
  /** A token, by list price; null when it is not known. */
  price_nano_usd: { input: number; output: number } | null;
  latency_ms: number;
  latency_measured: boolean;
  reasoning: number;
  knowledge: number;
};

export type RunningStatus = {
  task_id: string;
  context_id: string;
  status: string;
  progress: number;
  error: string | null;
  is_running: boolean;
  started_at: string | null;
  updated_at: string | null;
};

/** Whether there are keys, and for which providers; never a key. */
export type LlmKeyStatus = {
  has_key: boolean;
  user_id: string;
  provider: string | null;
  providers: Record<string, string>;
};

type UsageFilter = { user_id?: string; executor?: string; model?: string; from?: string; to?: string };

export type UsageGroup = {
  user?: string | null;
  executor?: string | null;
  model?: string | null;
  day?: string | null;
  runs: number;
  run_outcomes: Record<UsageOutcome, number>;
  run_duration_ms: { p50: number | null; p95: number | null };
  attempts: number;
  outcomes: Record<UsageOutcome, number>;
  duration_ms: { p50: number | null; p95: number | null };
  demo_attempts: number;
  demo_share: number;
  tokens: { input: number; output: number; total: number };
  cost_nano_usd: number | null;
  cost_usd: string | null;
  unpriced_attempts: number;
};

export type UsageSummary = {
  group_by: UsageGroupName[];
  groups: UsageGroup[];
  total: UsageGroup;
  truncated: boolean;
};

type Page = { limit?: number; offset?: number };
type TaskId = { task_id: string };
/** The run itself, or the active run of a task's tree. */
type RunOrTask = { run_id?: string; task_id?: string; comment?: string };

/** One entry per method: `call` looks its types up here; methods that are not listed take and give plain JSON. */
export interface MethodTypes extends StudyMethods, PersonaMethods, ConversationMethods {
  'tasks.create': { params: NewTask | NewTask[]; result: Task | Task[] };
  'tasks.get': { params: TaskId; result: Task | null };
  'tasks.detail': { params: TaskId; result: Task | null };
  'tasks.tree': { params: { task_id?: string; root_id?: string }; result: TaskTree };
  'tasks.list': {
    params: Page & { user_id?: string; status?: TaskStatus; root_only?: boolean };
    result: Task[];
  };
  'tasks.count': { params: { statuses?: TaskStatus[]; root_only?: boolean }; result: Record<string, number> };
  'tasks.children': { params: { parent_id: string }; result: Task[] };
  'tasks.update': { params: TaskId & JsonObject; result: Task };
  'tasks.delete': {
    params: TaskId;
    result: { success: boolean; task_id: string; deleted_count: number; children_deleted: number };
  };
  'tasks.clone': {
    params: TaskId & {
      origin_type?: 'copy' | 'link' | 'archive' | 'mixed';
      recursive?: boolean;
      link_task_ids?: string[];
      reset_fields?: JsonObject;
      save?: boolean;
    };
    result: Task | Task[];
  };
  'tasks.execute': { params: ExecuteParams; result: ExecuteAnswer };
  'tasks.generate': {
    params: {
      requirement: string;
      context?: JsonValue;
      llm_provider?: string;
      model?: string;
      temperature?: number;
      max_tokens?: number;
      save?: boolean;
      use_demo?: boolean;
    };
    result: GenerateAnswer;
  };
  'tasks.cancel': {
    params: { task_ids: string[]; force?: boolean; error_message?: string };
    result: CancelAnswer[];
  };
  'tasks.running.list': { params: { user_id?: string; limit?: number }; result: Task[] };
  'tasks.running.status': { params: { task_ids: string[] }; result: RunningStatus[] };
  'tasks.running.count': { params: { user_id?: string }; result: { count: number; user_id?: string } };
  'safety.check': { params: SafetyCheckRequest; result: SafetyReport };
  'safety.redact': { params: RedactionRequest; result: RedactionReport };
  'runs.list': { params: Page & { task_id?: string; status?: RunStatus }; result: Run[] };
  'runs.get': { params: { run_id: string }; result: Run };
  'runs.events': { params: { run_id: string; after_seq?: number; limit?: number }; result: JsonObject[] };
  'runs.pause': { params: RunOrTask; result: Run };
  'runs.resume': { params: RunOrTask; result: Run };
  'runs.retry': { params: RunOrTask & TaskId; result: Run };
  'runs.rerun': { params: RunOrTask & TaskId; result: Run };
  'runs.approve': { params: RunOrTask & TaskId; result: Run };
  'runs.reject': { params: RunOrTask & TaskId; result: Run };
  'keys.create': {
    params: { name: string; user_id?: string; roles?: string[]; plan?: string; expires_in_days?: number };
    result: ApiKey & { key: string };
  };
  'tasks.scheduled.list': {
    params: ScheduleFilter & { enabled_only?: boolean; status?: TaskStatus; offset?: number };
    result: Task[];
  };
  'tasks.scheduled.due': { params: { before?: string; user_id?: string; limit?: number }; result: Task[] };
  'tasks.scheduled.init': { params: { task_id: string; from_time?: string }; result: Task };
  'tasks.scheduled.complete': {
    params: { task_id: string; success?: boolean; error?: string; calculate_next_run?: boolean };
    result: Task;
  };
  'tasks.scheduled.export-ical': {
    params: ScheduleFilter & { enabled_only?: boolean; calendar_name?: string; base_url?: string };
    result: { ical_content: string; task_count: number };
  };
  'tasks.webhook.trigger': {
    params: { task_id: string; signature?: string; timestamp?: number; async_execution?: boolean };
    result: TriggerAnswer;
  };
  'tasks.webhook.secret': {
    params: { task_id: string; keep_previous_hours?: number };
    result: { task_id: string; secret: string; path: string };
  };
  'tasks.webhook.revoke': { params: { task_id: string }; result: { task_id: string; revoked: boolean } };
  'keys.list': { params: { user_id?: string }; result: ApiKey[] };
  'keys.revoke': { params: { key_id: string }; result: ApiKey };
  'models.list': {
    params: { provider?: string; available?: boolean };
    result: {
      as_of: string;
      prices_as_of: string;
      price_sources: Record<string, string>;
      models: ModelEntry[];
    };
  };
  'models.route': { params: RouteQuestion & { prompt?: string }; result: RouteAnswer };
  'config.llm_key.get': { params: { provider?: string; user_id?: string }; result: LlmKeyStatus };
  'config.llm_key.set': {
    params: { api_key: string; provider?: string; user_id?: string };
    result: { success: true; user_id: string; provider: string };
  };
  'config.llm_key.delete': {
    params: { provider?: string; user_id?: string };
    result: { success: true; user_id: string; provider: string | null; deleted: boolean };
  };
  'policies.list': { params: Record<string, never>; result: { policies: PolicyAnswer[] } };
  'policies.set': {
    params: { name: string; kind?: 'fixed' | 'thompson'; weights: { serious?: number; playful?: number } };
    result: PolicyAnswer;
  };
  'quota.set': {
    params: { user_id: string; meter?: string; limit: number | null };
    result: { user_id: string; meter: string; limit: number | null; set_by: string; set_at: string };
  };
  'usage.summary': {
    params: UsageFilter & { group_by?: UsageGroupName | UsageGroupName[]; limit?: number };
    result: UsageSummary;
  };
  'usage.export': {
    params: UsageFilter & { format?: 'csv' | 'parquet' };
    result: { format: 'csv' | 'parquet'; url: string; csv?: string };
  };
  'webhooks.secret': { params: Record<string, never>; result: { secret: string } };
  'system.health': { params: Record<string, never>; result: JsonObject };
  'system.executors': {
    params: Record<string, never>;
    result: { executors: ExecutorEntry[]; count: number };
  };
}

export type KnownMethod = keyof MethodTypes;
