/** The secrets of one executor's inputs: finds them in a value, shows it without them, puts hidden ones back. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { SHOWN_SECRET } from './secret-field.ts';
import type { SecretShape } from './secret-shape.ts';

export type Path = readonly (string | number)[];

export interface FoundSecret {
  readonly path: Path;
  readonly value: JsonValue;
}

type Change = (value: JsonValue, path: Path) => JsonValue;

interface Place {
  readonly path: Path;
  /** The object around: it names the executor of inputs that are handed on. */
  readonly around: JsonObject;
}

export class SecretFields {
  readonly #shape: SecretShape;
  readonly #shapeOf: (executorId: string) => SecretShape | null;

  /** `shapeOf` finds those of executors that inputs are handed on to. */
  constructor(shape: SecretShape, shapeOf: (executorId: string) => SecretShape | null) {
    this.#shape = shape;
    this.#shapeOf = shapeOf;
  }

  /** A copy in which each secret is what `change` made of it; the value itself when nothing changed. */
  change(inputs: JsonObject, change: Change): JsonObject {
    return this.#walk(this.#shape, inputs, { path: [], around: inputs }, change) as JsonObject;
  }

  /** As people and hooks see it. */
  mask(inputs: JsonObject): JsonObject {
    return this.change(inputs, () => SHOWN_SECRET);
  }

  find(inputs: JsonObject): FoundSecret[] {
    const found: FoundSecret[] = [];
    this.change(inputs, (value, path) => {
      found.push({ path, value });
      return value;
    });
    return found;
  }

  /** Of inputs that were changed by somebody who saw them masked: what still reads `[secret]` is what it was. */
  putBack(changed: JsonObject, original: JsonObject): JsonObject {
    const whole = structuredClone(changed);
    for (const { path, value } of this.find(original)) {
      const holder = valueAt(whole, path.slice(0, -1));
      const last = path.at(-1) as string | number;
      if (valueAt(whole, path) === SHOWN_SECRET) (holder as Record<string | number, JsonValue>)[last] = value;
    }
    return whole;
  }

  #walk(shape: SecretShape, value: JsonValue, place: Place, change: Change): JsonValue {
    // Nothing and the empty text hide nothing.
    if (value === null || value === undefined || value === '') return value;
    if (shape.isSecret) return change(value, place.path);
    const own = shape.inputsOf === null ? null : this.#handedOn(shape.inputsOf, place.around);
    if (own !== null) return this.#walk(own, value, place, change);
    if (Array.isArray(value)) return this.#walkList(shape, value, place, change);
    return isJsonObject(value) ? this.#walkObject(shape, value, place, change) : value;
  }

  #walkList(shape: SecretShape, list: JsonValue[], { path, around }: Place, change: Change): JsonValue {
    const { entries } = shape;
    if (entries === null) return list;
    let isSame = true;
    const changed = list.map((entry, index) => {
      const next = this.#walk(entries, entry, { path: [...path, index], around }, change);
      isSame &&= next === entry;
      return next;
    });
    return isSame ? list : changed;
  }

  #walkObject(shape: SecretShape, object: JsonObject, { path }: Place, change: Change): JsonObject {
    let changed: JsonObject | null = null;
    for (const [name, member] of Object.entries(object)) {
      const inner = shape.names?.test(name) ? WHOLE : (shape.members.get(name) ?? shape.others);
      if (inner === null) continue;
      const next = this.#walk(inner, member, { path: [...path, name], around: object }, change);
      if (next === member) continue;
      changed ??= { ...object };
      changed[name] = next;
    }
    return changed ?? object;
  }

  #handedOn({ executor, member }: NonNullable<SecretShape['inputsOf']>, around: JsonObject) {
    const id = around[executor];
    const shape = typeof id === 'string' ? this.#shapeOf(id) : null;
    const name = member === null ? undefined : around[member];
    if (shape === null || typeof name !== 'string') return shape;
    return shape.names?.test(name) ? WHOLE : (shape.members.get(name) ?? shape.others);
  }
}

const WHOLE: SecretShape = {
  isSecret: true,
  members: new Map(),
  others: null,
  names: null,
  entries: null,
  inputsOf: null,
};

export function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, JsonValue>)[step];
  }
  return found;
}
