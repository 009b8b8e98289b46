/**
 * What a worker of a named queue asks of the API (`POST /internal/store/<call>`): it has no database and no secret, so
 * these few calls are its whole store, and its only way to a user's LLM key
 * and to secret inputs of its tasks. Ending, pausing or starting a run is not among them.
 */
import { z } from 'zod';
import type { JsonObject, JsonValue } from './json.ts';
import { TASK_STATUSES, type TaskDemo, type TaskWait } from './task.ts';
import { STEP_KINDS, STEP_STATUSES } from './task-step.ts';
import { USAGE_OUTCOMES } from './usage.ts';

export const WORKER_CALLS_PATH = '/internal/store';

const id = z.string().min(1).max(200);
const json = z.custom<JsonValue>();
const jsonObject = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);
const time = z.string().max(40).nullable();

const outcomeSchema = z.object({
  taskId: id,
  generation: z.int().min(0),
  status: z.enum(TASK_STATUSES),
  inputs: jsonObject.nullable(),
  result: json.nullable(),
  error: z.string().nullable(),
  progress: z.number().min(0).max(1),
  startedAt: time,
  completedAt: time,
  attempts: z.int().min(0),
  wait: z.custom<TaskWait>().nullable(),
  demo: z.custom<TaskDemo>().nullable(),
  tokenUsage: jsonObject.nullable(),
});

const eventSchema = z.object({
  type: z.enum([
    'task-started',
    'task-progress',
    'task-waiting',
    'task-retried',
    'task-completed',
    'task-failed',
    'task-skipped',
  ]),
  taskId: id,
  at: z.string().max(40),
  data: jsonObject,
});

const stepSchema = z.object({
  taskId: id,
  generation: z.int().min(0),
  path: z.string().min(1).max(1_000),
  kind: z.enum(STEP_KINDS),
  name: z.string().max(1_000),
  status: z.enum(STEP_STATUSES),
  attempt: z.int().min(1),
  result: json.nullable(),
  error: z.string().nullable(),
  tokenUsage: jsonObject.nullable(),
  attemptUsage: jsonObject.nullable(),
  demo: z.custom<TaskDemo>().nullable(),
  startedAt: z.string().max(40),
  completedAt: time,
});

const amount = z.number().min(0).nullable();
const attemptSchema = z.object({
  taskId: id,
  generation: z.int().min(0),
  attempt: z.int().min(1),
  executor: z.string().max(200).nullable(),
  model: z.string().max(200).nullable(),
  isDemo: z.boolean(),
  outcome: z.enum(USAGE_OUTCOMES),
  endedAtMs: z.number().min(0),
  durationMs: amount,
  inputTokens: amount,
  outputTokens: amount,
  costNanoUsd: amount,
});

/** Parameters by call. Events of a run as a whole, and outcomes of tasks on other queues, are refused. */
export const WORKER_CALLS = {
  context: z.object({ runId: id }),
  outcomes: z.object({ runId: id, taskIds: z.array(id).max(10_000).optional() }),
  commit: z.object({
    runId: id,
    outcomes: z.array(outcomeSchema).max(1_000),
    events: z.array(eventSchema).max(5_000),
    steps: z.array(stepSchema).max(1_000).default([]),
    attempts: z.array(attemptSchema).max(1_000).default([]),
    userPlan: z.string().max(40).nullable().default(null),
  }),
  steps: z.object({ runId: id, taskIds: z.array(id).max(1_000) }),
  llmKeys: z.object({ runId: id }),
  inputSecrets: z.object({ runId: id, taskId: id, sealed: z.array(z.string()).max(10_000) }),
  tasks: z.object({ taskIds: z.array(id).max(10_000) }),
  delta: z.object({
    runId: id,
    taskId: id,
    seq: z.int().min(0),
    at: z.string().max(40),
    data: jsonObject,
  }),
} as const;
export type WorkerCall = keyof typeof WORKER_CALLS;
