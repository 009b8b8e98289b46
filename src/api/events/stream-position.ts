/** Where a client wants to go on in the events of a run. */
import type { ApiContext } from '../state.ts';
import { parseEventId } from './event-id.ts';

/** From the header a browser repeats by itself, or the query for those who cannot set it; 0 = from the start. */
export function streamPosition(context: ApiContext, runId: string): number {
  const query = context.query['last_event_id'];
  const given = context.headers['last-event-id'] ?? (Array.isArray(query) ? query[0] : query);
  if (typeof given !== 'string' || given === '') return 0;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  const position = parseEventId(given);
  return position?.runId === runId ? position.seq : 0;
}
