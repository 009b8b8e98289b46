/**
 * The text of one reply as a follower has been sent it. Pieces come by signals, which may be lost or late; twice a second
 * the store has the whole. What overlaps is cut, and what lies beyond a gap waits until the store has filled it.
 */

interface Piece {
  readonly offset: number;
  readonly text: string;
}

const MOST_WAITING = 500;

export class StreamedText {
  readonly #send: (piece: Piece) => void;
  /** null: nothing was heard yet; what was read is of the one that is heard first. */
  #attempt: number | null = null;
  #text = '';
  #waiting: Piece[] = [];

  constructor(send: (piece: Piece) => void) {
    this.#send = send;
  }

  /** All that was sent. */
  get text(): string {
    return this.#text;
  }

  /** A piece that was signalled. An earlier attempt's is out of date. */
  hear(attempt: number, piece: Piece): void {
    const known = this.#attempt ?? attempt;
    if (attempt < known) return;
    this.#attempt = attempt;
    if (attempt > known) {
      this.#text = '';
      this.#waiting = [];
    }
    if (piece.offset <= this.#text.length) this.#pass(piece);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(piece);
  }

  /** All that the store has. */
  read(text: string): void {
    this.#pass({ offset: 0, text });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const piece of waiting) {
      if (piece.offset <= this.#text.length) this.#pass(piece);
      else this.#waiting.push(piece);
    }
  }

  #pass({ offset, text }: Piece): void {
    const sent = this.#text.length;
    const rest = text.slice(sent - offset);
    if (rest === '') return;
    this.#text += rest;
    this.#send({ offset: sent, text: rest });
  }
}
