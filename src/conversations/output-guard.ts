/**
 * Lets a reply out while it is written, a little behind: each piece is checked together with what stands before it, and
 * the last word waits, or what may become a number or an address, so that nothing that would be stopped is seen in half. The whole is checked at its end; what
 * is found only then takes all of it back.
 */
import { CONTACT_TYPES } from '../core/safety/contact-types.ts';
import type { Exit } from '../core/safety/exit.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';

/** Longer than any number that is looked for. */
const HELD_BACK = 64;
/** How much that was let out already is looked at again. */
const LOOK_BACK = 200;
/** A check costs about the same for a word and a sentence. */
const CHECK_EVERY = 16;
/** How what is looked for in numbers and addresses may begin or go on. */
const RISKY = /[\p{Nd}@+]/u;

/** Thrown when the reply may not be shown. */
export class OutputBlocked extends Error {
  readonly exit: Exit;

  constructor(exit: Exit) {
    super('The reply was blocked');
    this.exit = exit;
  }
}

export class OutputGuard {
  readonly #safety: Pick<SafetyServices, 'check'>;
  readonly #release: (text: string) => void;
  #text = '';
  #checked = 0;
  #released = 0;

  /** `release` is given the next piece. */
  constructor(safety: Pick<SafetyServices, 'check'>, release: (text: string) => void) {
    this.#safety = safety;
    this.#release = release;
  }

  /** As far as it was let out. */
  get released(): string {
    return this.#text.slice(0, this.#released);
  }

  /** Throws OutputBlocked. */
  add(piece: string): void {
    this.#text += piece;
    if (this.#text.length - this.#checked < CHECK_EVERY) return;
    this.#check(this.#text.slice(Math.max(0, this.#released - LOOK_BACK)));
    this.#checked = this.#text.length;
    this.#letOut(this.#safeEnd());
  }

  /** The whole. Throws OutputBlocked. */
  end(): string {
    this.#check(this.#text);
    this.#letOut(this.#text.length);
    return this.#text;
  }

  #check(text: string): void {
    const { exit } = this.#safety.check({ text, stage: 'output', allow: CONTACT_TYPES });
    if (exit !== null) throw new OutputBlocked(exit);
  }

  /** Before the last word, and before the word in which the last characters begin to hold numbers. */
  #safeEnd(): number {
    const start = Math.max(this.#released, this.#text.length - HELD_BACK);
    const tail = this.#text.slice(start);
    const risky = tail.search(RISKY);
    const harmless = risky < 0 ? tail : tail.slice(0, risky);
    return start + Math.max(0, lastSpace(harmless));
  }

  #letOut(end: number): void {
    if (end <= this.#released) return;
    // Never between the two halves of one character.
    const isHigh = end < this.#text.length && /[\ud800-\udbff]/.test(this.#text[end - 1] ?? '');
    const to = isHigh ? end - 1 : end;
    const piece = this.#text.slice(this.#released, to);
    this.#released = to;
    if (piece !== '') this.#release(piece);
  }
}

/** -1 when there is none. */
function lastSpace(text: string): number {
  return Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n'), text.lastIndexOf('\t'));
}
