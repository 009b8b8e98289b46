/** Pieces of a task's output on their way to those who watch: gathered for 30 ms, streamed in order, never stored. */

/** How long a piece may wait for the next. */
const COALESCE_MS = 30;
/** A piece larger than this would not fit a notification between processes; it is streamed in parts. */
const MOST_CHARACTERS = 1_500;

export class DeltaStream {
  readonly #publish: (text: string) => void;
  #pending = '';
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(publish: (text: string) => void) {
    this.#publish = publish;
  }

  add(text: string): void {
    if (text === '' || this.#isClosed) return;
    this.#pending += text;
    this.#timer ??= setTimeout(() => this.#flush(), COALESCE_MS);
  }

  /** Streams what waits, or drops it when the attempt came to nothing. Later pieces go nowhere. */
  close(isKept: boolean): void {
    this.#isClosed = true;
    if (!isKept) this.#pending = '';
    this.#flush();
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = this.#pending;
    this.#pending = '';
    for (let start = 0; start < text.length; ) {
      const end = cutBefore(text, start + MOST_CHARACTERS);
      this.#publish(text.slice(start, end));
      start = end;
    }
  }
}

/** Never between the two halves of one character. */
function cutBefore(text: string, end: number): number {
  const isHigh = end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? '');
  return isHigh ? end - 1 : end;
}
