/** All sealed texts of a value, wherever they stand. */
import type { JsonValue } from '../json.ts';
import { isSealed } from './secret-field.ts';

export function sealedIn(value: JsonValue): Set<string> {
  const found = new Set<string>();
  const rest: JsonValue[] = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (isSealed(next)) found.add(next);
    else if (typeof next === 'object' && next !== null) rest.push(...Object.values(next));
  }
  return found;
}
