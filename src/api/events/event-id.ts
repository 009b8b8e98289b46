/** `<run_id>:<seq>`: the `id:` line of a stream event, and what `Last-Event-ID` brings back. */

export interface EventPosition {
  readonly runId: string;
  /** The last event the client has. */
  readonly seq: number;
}

export function eventId(runId: string, seq: number): string {
  return `${runId}:${seq}`;
}

/** null when the text is no event id: a browser may send one of another stream. */
export function parseEventId(text: string): EventPosition | null {
  const match = /^([0-9A-Za-z-]{1,64}):(\d{1,15})$/.exec(text.trim());
  return match === null ? null : { runId: match[1] as string, seq: Number(match[2]) };
}
