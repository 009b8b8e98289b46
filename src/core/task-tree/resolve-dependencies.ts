/** Turns the dependency entries a client sent (ids or names, strings or objects) into the stored shape. */
import { isJsonObject, type JsonObject } from '../json.ts';
import type { Dependency } from '../task.ts';
import { jsonProblem } from './check-json.ts';
import { pythonTypeName } from './python-type-name.ts';

export type DependencyReading =
  | { readonly dependency: Dependency }
  /** Nobody has this id or name. */
  | { readonly unknown: string }
  /** End of a sentence that begins with the entry's place. */
  | { readonly problem: string };

/**
 * `resolve` maps an id or name to a task id, undefined when unknown. An object that referred by `name` comes back
 * without it and with `id` last; nothing is added that the client left out.
 */
export function resolveDependency(
  entry: unknown,
  resolve: (reference: string) => string | undefined,
): DependencyReading {
  if (typeof entry === 'string') {
    const id = resolve(entry);
    return id === undefined ? { unknown: entry } : { dependency: id };
  }
  if (!isJsonObject(entry)) return { problem: `must be a str or a dict, got ${pythonTypeName(entry)}` };
  const memberProblem = entryProblem(entry);
  if (memberProblem !== null) return { problem: memberProblem };
  const reference = referenceOf(entry);
  if (reference === null) return { problem: "must have 'id' or 'name' field" };
  const id = resolve(reference);
  if (id === undefined) return { unknown: reference };
  const { name: _name, ...rest } = entry;
  if (typeof entry['id'] === 'string' && entry['id'] !== '') return { dependency: { ...entry, id } };
  const { id: _id, ...others } = rest;
  return { dependency: { ...others, id } };
}

function referenceOf(entry: JsonObject): string | null {
  for (const reference of [entry['id'], entry['name']])
    if (typeof reference === 'string' && reference !== '') return reference;
  return null;
}

function entryProblem(entry: JsonObject): string | null {
  if (Object.hasOwn(entry, 'required') && typeof entry['required'] !== 'boolean')
    return `has 'required' that must be a bool, got ${pythonTypeName(entry['required'])}`;
  if (Object.hasOwn(entry, 'type') && typeof entry['type'] !== 'string')
    return `has 'type' that must be a str, got ${pythonTypeName(entry['type'])}`;
  const problem = jsonProblem(entry, 'entry');
  return problem === null ? null : `cannot be stored: ${problem}`;
}
