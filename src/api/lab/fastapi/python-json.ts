/**
 * JSON as Python's `json` module reads it: the same errors at the same places, NaN and Infinity, numbers kept as they
 * were written. Only for bodies that something is wrong with: `JSON.parse` reads all others.
 */

/** A number by its text. `isFloat`: Python would make a float of it. */
export class PyNumber {
  readonly text: string;
  readonly isFloat: boolean;

  constructor(text: string, isFloat: boolean) {
    this.text = text;
    this.isFloat = isFloat;
  }

  get value(): number {
    return Number(this.text);
  }
}

export type PyValue = null | boolean | string | PyNumber | readonly PyValue[] | ReadonlyMap<string, PyValue>;

/** `position` counts characters, not UTF-16 units. */
export class PythonJsonError extends Error {
  readonly position: number;

  constructor(text: string, message: string, index: number) {
    super(message);
    this.position = [...text.slice(0, index)].length;
  }
}

/** Python gives up on deeper ones, and on longer integers. */
const MAX_DEPTH = 990;
const MAX_INTEGER_DIGITS = 4_300;

const WORDS: readonly (readonly [string, PyValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new PyNumber('NaN', true)],
  ['Infinity', new PyNumber('Infinity', true)],
  ['-Infinity', new PyNumber('-Infinity', true)],
];
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const FIRST_PRINTABLE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Throws `PythonJsonError`, or RangeError for what is too deep or too long. */
export function parsePythonJson(text: string): PyValue {
  const reader = new Reader(text);
  const value = reader.value(reader.skipSpace(0), 0);
  const end = reader.skipSpace(reader.end);
  if (end !== text.length) throw new PythonJsonError(text, 'Extra data', end);
  return value;
}

class Reader {
  readonly #text: string;
  /** Where what was read last has ended. */
  end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  skipSpace(from: number): number {
    let index = from;
    while (' \t\n\r'.includes(this.#text[index] ?? 'x')) index++;
    return index;
  }

  value(index: number, depth: number): PyValue {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    const first = this.#text[index];
    if (first === '"') return this.#string(index + 1);
    if (first === '{') return this.#object(index + 1, depth);
    if (first === '[') return this.#array(index + 1, depth);
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, index)) continue;
      this.end = index + word.length;
      return value;
    }
    return this.#number(index);
  }

  #number(index: number): PyNumber {
    NUMBER.lastIndex = index;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#error('Expecting value', index);
    this.end = index + match[0].length;
    const isFloat = match[1] !== undefined || match[2] !== undefined;
    if (!isFloat && match[0].length > MAX_INTEGER_DIGITS) throw new RangeError('too long');
    return new PyNumber(match[0], isFloat);
  }

  #object(from: number, depth: number): PyValue {
    const members = new Map<string, PyValue>();
    let index = this.skipSpace(from);
    if (this.#text[index] === '}') return this.#ended(index, members);
    for (;;) {
      if (this.#text[index] !== '"')
        throw this.#error('Expecting property name enclosed in double quotes', index);
      const key = this.#string(index + 1);
      index = this.skipSpace(this.end);
      if (this.#text[index] !== ':') throw this.#error("Expecting ':' delimiter", index);
      members.set(key, this.value(this.skipSpace(index + 1), depth + 1));
      index = this.skipSpace(this.end);
      if (this.#text[index] === '}') return this.#ended(index, members);
      if (this.#text[index] !== ',') throw this.#error("Expecting ',' delimiter", index);
      index = this.skipSpace(index + 1);
    }
  }

  #array(from: number, depth: number): PyValue {
    const items: PyValue[] = [];
    let index = this.skipSpace(from);
    if (this.#text[index] === ']') return this.#ended(index, items);
    for (;;) {
      items.push(this.value(index, depth + 1));
      index = this.skipSpace(this.end);
      if (this.#text[index] === ']') return this.#ended(index, items);
      if (this.#text[index] !== ',') throw this.#error("Expecting ',' delimiter", index);
      index = this.skipSpace(index + 1);
    }
  }

  #ended<Value extends PyValue>(index: number, value: Value): Value {
    this.end = index + 1;
    return value;
  }

  /** `from` is behind the opening quote. */
  #string(from: number): string {
    let result = '';
    let index = from;
    for (;;) {
      const plainFrom = index;
      while (this.#isPlain(index)) index++;
      result += this.#text.slice(plainFrom, index);
      const next = this.#text[index];
      if (next === '"') {
        this.end = index + 1;
        return result;
      }
      if (next === undefined) throw this.#error('Unterminated string starting at', from - 1);
      if (next !== '\\') throw this.#error('Invalid control character at', index);
      const escaped = this.#text[index + 1];
      if (escaped === undefined) throw this.#error('Unterminated string starting at', from - 1);
      if (escaped === 'u') {
        result += this.#codeUnit(index);
        index += 6;
      } else {
        const character = Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : undefined;
        if (character === undefined) throw this.#error('Invalid \\escape', index);
        result += character;
        index += 2;
      }
    }
  }

  #isPlain(index: number): boolean {
    const unit = this.#text.charCodeAt(index);
    return unit >= FIRST_PRINTABLE && unit !== QUOTE && unit !== BACKSLASH;
  }

  /** Python wants something behind the four digits. */
  #codeUnit(index: number): string {
    const digits = this.#text.slice(index + 2, index + 6);
    if (index + 6 >= this.#text.length || !/^[0-9a-fA-F]{4}$/.test(digits))
      throw this.#error('Invalid \\uXXXX escape', index + 1);
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #error(message: string, index: number): PythonJsonError {
    return new PythonJsonError(this.#text, message, index);
  }
}
