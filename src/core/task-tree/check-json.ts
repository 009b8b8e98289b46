/**
 * Says what keeps a client's value from being stored: no database here takes NUL characters or lone surrogates,
 * and a very deep value overflows whoever prints it. Walks without recursion, so depth cannot hurt it.
 */

/** Levels of lists and objects inside one field. */
const MAX_JSON_DEPTH = 200;

/** Enough of a path for a person to find the place; a hostile key must not fill the answer. */
const MAX_PATH_LENGTH = 200;

interface Step {
  readonly value: unknown;
  readonly depth: number;
  readonly parent: Step | null;
  readonly key: string;
}

/**
 * The first problem in `value` as a sentence part that names the place (`inputs.a[3] contains a NUL character …`),
 * or null when every part of it can be stored.
 */
export function jsonProblem(value: unknown, path: string): string | null {
  const open: Step[] = [{ value, depth: 0, parent: null, key: path }];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const problem = valueProblem(step.value, step.depth);
    if (problem !== null) return `${pathOf(step)} ${problem}`;
    if (typeof step.value !== 'object' || step.value === null) continue;
    const depth = step.depth + 1;
    if (Array.isArray(step.value)) {
      for (let index = step.value.length - 1; index >= 0; index--)
        open.push({ value: step.value[index], depth, parent: step, key: `[${index}]` });
      continue;
    }
    for (const [key, member] of Object.entries(step.value).reverse()) {
      const keyProblem = textProblem(key);
      if (keyProblem !== null) return `a key of ${pathOf(step)} ${keyProblem}`;
      open.push({ value: member, depth, parent: step, key: `.${key}` });
    }
  }
  return null;
}

/** What is wrong with a string, as the end of a sentence that begins with its place, or null. */
export function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character (\\u0000), which cannot be stored; remove it';
  if (!text.isWellFormed())
    return 'contains half of a surrogate pair, which is not valid Unicode; remove or complete it';
  return null;
}

/** UTF-8 bytes of the value as JSON. Only for values without a `jsonProblem`. */
export function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

function valueProblem(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return textProblem(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : 'is not a number that JSON can hold; use a finite one';
  if (typeof value === 'boolean' || value === null) return null;
  if (typeof value !== 'object') return 'is not a JSON value';
  return depth >= MAX_JSON_DEPTH ? `is nested deeper than ${MAX_JSON_DEPTH} levels; flatten it` : null;
}

function pathOf(step: Step): string {
  const keys: string[] = [];
  for (let at: Step | null = step; at !== null; at = at.parent) keys.push(at.key);
  const path = keys.reverse().join('');
  if (path.length <= MAX_PATH_LENGTH) return path;
  return `${path.slice(0, MAX_PATH_LENGTH).toWellFormed()}…`;
}
