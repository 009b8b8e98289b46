/**
 * A run as an A2A task, in the JSON form of A2A 1.0. The task's id is the run's: a tree that is executed again is another
 * task of the same context. What 0.3 calls the same things is in legacy-form.ts.
 */
import type { JsonObject, JsonValue } from '../json.ts';
import { isRunEnded, type Run } from '../run.ts';

/** What is known of a run beside its row. */
export interface RunFacts {
  /** The conversation the caller named; null: the tree is the conversation. */
  readonly contextId: string | null;
  /** 0 to 1. */
  readonly progress: number;
  /** A task of it waits for somebody's approval. */
  readonly needsInput: boolean;
  /** The executed task's result; undefined = not to be shown. */
  readonly result?: JsonValue | undefined;
  /** What the caller said; without secrets. */
  readonly history?: readonly JsonObject[];
}

const ENDED_STATES = {
  completed: 'TASK_STATE_COMPLETED',
  failed: 'TASK_STATE_FAILED',
  cancelled: 'TASK_STATE_CANCELED',
} as const;

export function contextOf(run: Run, contextId: string | null): string {
  return contextId ?? run.root_task_id;
}

export function agentTask(run: Run, facts: RunFacts): JsonObject {
  const contextId = contextOf(run, facts.contextId);
  const hasResult = run.status === 'completed' && facts.result !== undefined;
  return {
    id: run.run_id,
    contextId,
    status: statusOf(run, facts),
    artifacts: hasResult ? [resultArtifact(run, facts.result ?? null)] : [],
    history: (facts.history ?? []).map((message) => ({ ...message, contextId, taskId: run.run_id })),
    metadata: { root_task_id: run.root_task_id, run_id: run.run_id },
  };
}

/** The status's message carries the facts as existing clients read them. */
function statusOf(run: Run, { contextId, progress, needsInput }: RunFacts): JsonObject {
  const status = run.status === 'paused' ? 'in_progress' : run.status;
  const data: JsonObject = {
    protocol: 'a2a',
    status,
    progress: run.status === 'completed' ? 1 : progress,
    root_task_id: run.root_task_id,
    task_id: run.target_task_id,
    task_count: run.task_count,
    ...(run.demo_tasks === null ? {} : { demo_tasks: run.demo_tasks }),
    ...(run.error === null ? {} : { error: run.error }),
  };
  const state = isRunEnded(run.status)
    ? ENDED_STATES[run.status as keyof typeof ENDED_STATES]
    : needsInput
      ? 'TASK_STATE_INPUT_REQUIRED'
      : 'TASK_STATE_WORKING';
  return {
    state,
    message: agentMessage(run, contextId, data),
    timestamp: instant(run.completed_at ?? run.accepted_at),
  };
}

/** `name` tells the run's messages apart; the same one twice is the same message. */
export function agentMessage(
  run: Run,
  contextId: string | null,
  data: JsonObject,
  name: string = run.status,
): JsonObject {
  return {
    messageId: `${run.run_id}:${name}`,
    contextId: contextOf(run, contextId),
    taskId: run.run_id,
    role: 'ROLE_AGENT',
    parts: [{ data, mediaType: 'application/json' }],
  };
}

export function resultArtifact(run: Run, result: JsonValue): JsonObject {
  const part =
    typeof result === 'string'
      ? { text: result, mediaType: 'text/plain' }
      : { data: result, mediaType: 'application/json' };
  return { artifactId: run.target_task_id, name: 'result', parts: [part] };
}

/** ISO-8601 with milliseconds and `Z`, as A2A wants time stamps. */
export function instant(iso: string): string {
  return new Date(/(Z|[+-]\d\d:\d\d)$/.test(iso) ? iso : `${iso}Z`).toISOString();
}
