/** Run events as a stream carries them: the messages of core/wire-event.ts, each with an id to resume at. */
import type { JsonObject } from '../../core/json.ts';
import type { Run } from '../../core/run.ts';
import type { RunEvent } from '../../core/run-event.ts';
import { endingEvents, wireEvents } from '../../core/wire-event.ts';
import { eventId } from './event-id.ts';

export interface SseEvent {
  /** null: not resumable, the event is not stored. */
  readonly id: string | null;
  readonly data: JsonObject;
}

/** The stream events of one run event: one, or two at the run's end. */
export function toSseEvents(run: Run, event: RunEvent): SseEvent[] {
  const id = event.type === 'task-delta' ? null : eventId(event.runId, event.seq);
  return wireEvents(run, event).map((data) => ({ id, data }));
}

/** The last two events of a run that has no event of its own for it (ended by repair). */
export function endOfStream(run: Run, seq: number): SseEvent[] {
  const id = eventId(run.run_id, seq);
  const at = run.completed_at ?? run.accepted_at;
  return endingEvents(run, run.status, run.error, at, run.demo_tasks).map((data) => ({ id, data }));
}
