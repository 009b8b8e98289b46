/** Takes known secrets out of what comes back from a call that was given them: results, errors, progress, log lines. */
import type { JsonValue } from '../json.ts';
import { SHOWN_SECRET } from './secret-field.ts';

/** Shorter ones stand in too many texts by chance. */
const SHORTEST = 6;
/** `Bearer <token>`: the token by itself is as secret. */
const AFTER_SCHEME = /^[A-Za-z]+ (\S+)$/;

export class Redactor {
  readonly #secrets: readonly string[];

  constructor(values: readonly JsonValue[]) {
    const texts = values.flatMap(textsIn).flatMap((text) => [text, ...partsOf(text)]);
    const long = texts.flatMap((text) => [text, encodeURIComponent(text)]).filter(isLong);
    // The longest first: one may be part of another.
    this.#secrets = [...new Set(long)].sort((left, right) => right.length - left.length);
  }

  text(text: string): string {
    let redacted = text;
    for (const secret of this.#secrets) redacted = redacted.replaceAll(secret, SHOWN_SECRET);
    return redacted;
  }

  /** Also names of members. */
  json(value: JsonValue): JsonValue {
    if (this.#secrets.length === 0) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#secrets.includes(String(value)) ? SHOWN_SECRET : value;
    if (Array.isArray(value)) return value.map((entry) => this.json(entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.text(name), this.json(member)]),
    );
  }
}

/** The leaves of a secret object or list. */
function textsIn(value: JsonValue): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return value === null || typeof value === 'boolean' ? [] : [String(value)];
}

function partsOf(text: string): string[] {
  const afterScheme = AFTER_SCHEME.exec(text)?.[1];
  const cookies = text.includes('=')
    ? text.split(/; */).map((pair) => pair.slice(pair.indexOf('=') + 1))
    : [];
  return afterScheme === undefined ? cookies : [afterScheme, ...cookies];
}

function isLong(text: string): boolean {
  return text.length >= SHORTEST;
}
