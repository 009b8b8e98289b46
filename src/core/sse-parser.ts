/** Server-sent events from text chunks cut anywhere; follows the WHATWG rules for lines, fields and comments. */

export interface SseMessage {
  /** The last `id:` seen so far, as a reconnect would send it; null before the first. */
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

export class SseParser {
  #buffer = '';
  #isAtStart = true;
  #data: string[] = [];
  #event = '';
  #id: string | null = null;

  /** The messages this chunk completes. An unfinished one at the end of the stream is dropped, as the rules ask. */
  push(chunk: string): SseMessage[] {
    this.#buffer += chunk;
    if (this.#isAtStart && this.#buffer !== '') {
      this.#buffer = this.#buffer.replace(/^\uFEFF/, '');
      this.#isAtStart = false;
    }
    const messages: SseMessage[] = [];
    let start = 0;
    for (;;) {
      const end = this.#lineEnd(start);
      if (end === null) break;
      const message = this.#line(this.#buffer.slice(start, end.at));
      if (message !== null) messages.push(message);
      start = end.next;
    }
    this.#buffer = this.#buffer.slice(start);
    return messages;
  }

  /** A CR at the very end may be half of a CRLF: it ends the line only when the next chunk shows. */
  #lineEnd(start: number): { at: number; next: number } | null {
    for (let index = start; index < this.#buffer.length; index++) {
      const character = this.#buffer[index];
      if (character === '\n') return { at: index, next: index + 1 };
      if (character !== '\r') continue;
      if (index + 1 === this.#buffer.length) return null;
      return { at: index, next: this.#buffer[index + 1] === '\n' ? index + 2 : index + 1 };
    }
    return null;
  }

  #line(line: string): SseMessage | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): SseMessage | null {
    const data = this.#data;
    const event = this.#event || 'message';
    this.#data = [];
    this.#event = '';
    return data.length === 0 ? null : { id: this.#id, event, data: data.join('\n') };
  }
}
