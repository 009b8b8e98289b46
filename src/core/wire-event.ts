/**
 * Run events in the vocabulary that clients of streams and webhooks know: `progress`, `task_start`, `task_completed`,
 * `task_failed`, `final`, `stream_end`, and ours beside them. Member order is the contract's. `final: true` stands only
 * on the end of the executed task itself, on `final` and on `stream_end`: clients stop reading there.
 */
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { shownResult } from './result-reference.ts';
import type { Run } from './run.ts';
import type { RunEvent } from './run-event.ts';
import { naiveUtc } from './time.ts';

/** What one run event says to clients: one message, or two at the run's end. */
export function wireEvents(run: Run, event: RunEvent): JsonObject[] {
  const { data } = event;
  const timestamp = naiveUtc(event.at);
  const task_id = event.taskId ?? run.target_task_id;
  const isRoot = event.taskId === run.target_task_id;
  const final: JsonObject = isRoot ? { final: true } : {};
  switch (event.type) {
    case 'run-started':
      return [
        {
          type: 'progress',
          task_id,
          status: 'in_progress',
          progress: 0,
          message: 'Task tree execution started',
          timestamp,
        },
      ];
    case 'run-paused':
    case 'run-resumed': {
      const message =
        event.type === 'run-paused' ? 'Task tree execution paused' : 'Task tree execution resumed';
      return [{ type: 'progress', task_id, status: 'in_progress', message, timestamp }];
    }
    case 'run-ended':
      return endingEvents(
        run,
        text(data['status']) ?? run.status,
        text(data['error']),
        event.at,
        demoTasksIn(data),
      );
    case 'conversation-signal':
      return [];
    case 'task-started':
      return [{ type: 'task_start', task_id, status: 'in_progress', timestamp }];
    case 'task-progress':
      return [{ type: 'progress', task_id, status: 'in_progress', ...shown(data), timestamp }];
    case 'task-waiting':
      return [{ type: 'task_waiting', task_id, status: 'in_progress', ...shown(data), timestamp }];
    case 'task-retried':
      return [{ type: 'task_retry', task_id, status: 'in_progress', ...shown(data), timestamp }];
    case 'task-delta':
      return [{ type: 'task_delta', task_id, ...shown(data), timestamp }];
    case 'task-completed': {
      const result = shownResult(run.run_id, task_id, data['result'] ?? null);
      return [
        { type: 'task_completed', task_id, status: 'completed', result, ...noted(data), ...final, timestamp },
      ];
    }
    case 'task-failed':
      return [
        {
          type: 'task_failed',
          task_id,
          status: 'failed',
          error: data['error'] ?? null,
          ...noted(data),
          ...final,
          timestamp,
        },
      ];
    case 'task-skipped':
    case 'task-cancelled': {
      const status = event.type === 'task-skipped' ? 'skipped' : 'cancelled';
      return [{ type: `task_${status}`, task_id, status, error: data['error'] ?? null, timestamp }];
    }
  }
}

/** The last two messages of a run. */
export function endingEvents(
  run: Run,
  status: string,
  error: string | null,
  at: string,
  demoTasks: number | null,
): JsonObject[] {
  const isCompleted = status === 'completed';
  return [
    {
      type: 'final',
      task_id: run.target_task_id,
      status,
      result: isCompleted ? { progress: 1 } : null,
      error: isCompleted
        ? null
        : status === 'failed'
          ? 'Task tree execution failed'
          : (error ?? `Task tree ${status}`),
      final: true,
      timestamp: naiveUtc(at),
      ...(demoTasks === null ? {} : { task_count: run.task_count, demo_tasks: demoTasks }),
    },
    { type: 'stream_end', task_id: run.target_task_id, final: true },
  ];
}

/** What hooks noted about a task that ended. */
function noted({ annotations }: JsonObject): JsonObject {
  return annotations === undefined ? {} : { annotations };
}

function demoTasksIn(data: JsonObject): number | null {
  return typeof data['demo_tasks'] === 'number' ? data['demo_tasks'] : null;
}

/** What the event says, without members that the envelope sets itself. */
function shown(data: JsonObject): JsonObject {
  if (!isJsonObject(data)) return {};
  const {
    type: _type,
    task_id: _taskId,
    status: _status,
    final: _final,
    timestamp: _timestamp,
    ...rest
  } = data;
  return rest;
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
