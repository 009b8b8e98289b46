/** Whether a place lies in one of the spans, which are in order and do not overlap; takes the logarithm of their number. */
import { lastBefore } from './last-before.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export function isWithin(spans: readonly Span[], at: number): boolean {
  const span = spans[lastBefore(spans, at, ({ start }) => start)];
  return span !== undefined && at < span.end;
}
