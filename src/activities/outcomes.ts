/** Rows and events for what happened to a task; every writer builds them here, so that they cannot disagree. */
import type { JsonObject, JsonValue } from '../core/json.ts';
import { shownResult } from '../core/result-reference.ts';
import type { TaskOutcome } from '../core/run.ts';
import type { NewRunEvent, RunEventType } from '../core/run-event.ts';
import type { SettledChar } from '../core/run-state.ts';
import type { TaskStatus } from '../core/task.ts';
import { isoMicros } from '../core/time.ts';

export function outcome(
  taskId: string,
  generation: number,
  status: TaskStatus,
  extra: Partial<Omit<TaskOutcome, 'taskId' | 'generation' | 'status'>> = {},
): TaskOutcome {
  return {
    taskId,
    generation,
    status,
    inputs: null,
    result: null,
    error: null,
    progress: status === 'completed' ? 1 : 0,
    startedAt: null,
    completedAt: null,
    attempts: 0,
    wait: null,
    demo: null,
    tokenUsage: null,
    ...extra,
  };
}

export function event(
  type: RunEventType,
  taskId: string | null,
  nowMs: number,
  data: JsonObject = {},
): NewRunEvent {
  return { type, taskId, at: isoMicros(nowMs), data };
}

/** What may stand in Temporal's history of an error: its first line, with what it announces. The whole text is in the task's row. */
export function headline(error: string): string {
  const [first = '', second = '', ...others] = error.split('\n');
  if (!first.endsWith(':') || second === '') return first.slice(0, 200);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first} ${second.replace(/^- /, '')}`.slice(0, 200) + more;
}

const STATUS_OF = { c: 'completed', f: 'failed', s: 'skipped', x: 'cancelled' } as const;

export function statusOf(state: SettledChar): 'completed' | 'failed' | 'skipped' | 'cancelled' {
  return STATUS_OF[state];
}

/** The character of a terminal status. */
export function settledChar(status: TaskStatus): SettledChar {
  if (status === 'completed') return 'c';
  if (status === 'failed') return 'f';
  return status === 'skipped' ? 's' : 'x';
}

const END_EVENTS: Record<'completed' | 'failed' | 'skipped' | 'cancelled', RunEventType> = {
  completed: 'task-completed',
  failed: 'task-failed',
  skipped: 'task-skipped',
  cancelled: 'task-cancelled',
};

/** The event that announces a terminal outcome; large results by reference. `annotations`: by hook. */
export function endEvent(
  runId: string,
  ended: TaskOutcome,
  nowMs: number,
  annotations: JsonObject | null = null,
): NewRunEvent {
  const status = ended.status as keyof typeof END_EVENTS;
  const data: Record<string, JsonValue> = { generation: ended.generation };
  if (status === 'completed') data['result'] = shownResult(runId, ended.taskId, ended.result);
  else data['error'] = ended.error;
  if (annotations !== null) data['annotations'] = annotations;
  return event(END_EVENTS[status], ended.taskId, nowMs, data);
}
