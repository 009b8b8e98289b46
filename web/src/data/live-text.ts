/** A reply as it is being written: what is stored of it, and the piece that came by the stream since. */

/** `text` begins after `start` characters of the reply. */
export interface LivePiece {
  readonly start: number;
  readonly text: string;
}

/** The piece with another that begins after `offset` characters; one that leaves a gap begins anew. */
export function withDelta(piece: LivePiece | undefined, offset: number, text: string): LivePiece {
  if (piece === undefined || offset < piece.start || offset > piece.start + piece.text.length)
    return { start: offset, text };
  return { start: piece.start, text: piece.text.slice(0, offset - piece.start) + text };
}

/** The longest text that is known for certain. */
export function liveText(stored: string, piece: LivePiece | undefined): string {
  if (piece === undefined || piece.start > stored.length) return stored;
  const joined = stored.slice(0, piece.start) + piece.text;
  return joined.length > stored.length ? joined : stored;
}
