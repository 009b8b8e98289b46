/** Cuts a text at the ends of its findings, so that each piece is either plain or covered by a known set of them. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Piece<Found extends Span> {
  readonly start: number;
  readonly text: string;
  /** The widest first. Empty: plain text. */
  readonly found: readonly Found[];
}

/** Spans count UTF-16 units, may overlap, and are cut where they reach beyond the text. */
export function markSpans<Found extends Span>(text: string, spans: readonly Found[]): Piece<Found>[] {
  const inside = spans.filter(({ start, end }) => start < end && start < text.length && end > 0);
  const cuts = new Set([0, text.length]);
  for (const { start, end } of inside) {
    cuts.add(Math.max(0, start));
    cuts.add(Math.min(text.length, end));
  }
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((start, index) => {
    const end = places[index + 1] ?? text.length;
    return {
      start,
      text: text.slice(start, end),
      found: inside
        .filter((span) => span.start <= start && span.end >= end)
        .sort((a, b) => b.end - b.start - (a.end - a.start)),
    };
  });
}
