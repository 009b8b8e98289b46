/** A copy of JSON that nobody can change: a hook that writes to what it was given hears so, and changes nothing. */
import type { JsonValue } from '../core/json.ts';

export function frozenCopy<Value extends JsonValue>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as unknown as Value;
  const copy = Object.entries(value).map(
    ([name, member]) => [name, frozenCopy(member as JsonValue)] as const,
  );
  return Object.freeze(Object.fromEntries(copy)) as Value;
}
