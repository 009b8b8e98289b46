/** What happened in a run, in order: stored, streamed, and resumable by `seq`. `<noun>-<verb>` inside; the API maps to the SSE names. */
import type { JsonObject } from './json.ts';

export const RUN_EVENT_TYPES = [
  'run-started',
  'run-paused',
  'run-resumed',
  'run-ended',
  'task-started',
  'task-progress',
  'task-waiting',
  'task-retried',
  'task-delta',
  'task-completed',
  'task-failed',
  'task-skipped',
  'task-cancelled',
  // Of no run: carries what conversations tell between processes (see core/conversation/conversation-event.ts). Never stored.
  'conversation-signal',
] as const;
export type RunEventType = (typeof RUN_EVENT_TYPES)[number];

/** An event before the store gave it its number. `data` holds result, error, progress … by type. */
export interface NewRunEvent {
  readonly type: RunEventType;
  /** null on events of the run as a whole. */
  readonly taskId: string | null;
  /** ISO-8601 UTC with microseconds. */
  readonly at: string;
  readonly data: JsonObject;
}

/** `seq` counts from 1 within the run without gaps; `task-delta` is never stored and carries the last stored seq. */
export interface RunEvent extends NewRunEvent {
  readonly runId: string;
  readonly seq: number;
}
