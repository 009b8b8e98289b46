/** Where secrets may stand in an executor's inputs: read once from its JSON Schema, null for those that have none. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { INPUTS_MEMBER, INPUTS_OF, SECRET_NAMES } from './secret-field.ts';

export interface SecretShape {
  /** The whole value. */
  isSecret: boolean;
  readonly members: Map<string, SecretShape>;
  /** Members that are not named. */
  others: SecretShape | null;
  /** Members whose names match are secret. */
  names: RegExp | null;
  /** Entries of a list. */
  entries: SecretShape | null;
  /** The value is another executor's inputs, or one of them. */
  inputsOf: { readonly executor: string; readonly member: string | null } | null;
}

export function secretShape(schema: JsonObject): SecretShape | null {
  const reader = new Reader(schema);
  const shape = reader.shapeOf(schema);
  return reader.prune(shape) ? shape : null;
}

const ALTERNATIVES = ['anyOf', 'oneOf', 'allOf'];

class Reader {
  readonly #root: JsonObject;
  /** One shape a schema, so that one that refers to itself ends. */
  readonly #shapes = new Map<JsonObject, SecretShape>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  shapeOf(schema: JsonObject): SecretShape {
    const known = this.#shapes.get(schema);
    if (known !== undefined) return known;
    const shape: SecretShape = {
      isSecret: false,
      members: new Map(),
      others: null,
      names: null,
      entries: null,
      inputsOf: null,
    };
    this.#shapes.set(schema, shape);
    this.#fill(shape, schema, new Set());
    return shape;
  }

  /** Drops what leads to no secret, so that walks do not go there. Whether anything is left. */
  prune(root: SecretShape): boolean {
    for (const shape of this.#shapes.values()) {
      for (const [name, member] of shape.members) if (!leads(member, new Set())) shape.members.delete(name);
      if (shape.others !== null && !leads(shape.others, new Set())) shape.others = null;
      if (shape.entries !== null && !leads(shape.entries, new Set())) shape.entries = null;
    }
    return leads(root, new Set());
  }

  /** What is secret in one of several alternatives is secret. */
  #fill(shape: SecretShape, schema: JsonObject, seen: Set<JsonObject>): void {
    if (seen.has(schema)) return;
    seen.add(schema);
    if (schema['writeOnly'] === true) shape.isSecret = true;
    const names = schema[SECRET_NAMES];
    if (typeof names === 'string') shape.names = new RegExp(names, 'i');
    const executor = schema[INPUTS_OF];
    if (typeof executor === 'string') shape.inputsOf = { executor, member: textOf(schema[INPUTS_MEMBER]) };
    const { properties, additionalProperties, items, $ref: reference } = schema;
    if (isJsonObject(properties)) {
      for (const [name, member] of Object.entries(properties)) {
        const merged = this.#merged(shape.members.get(name) ?? null, member);
        if (merged !== null) shape.members.set(name, merged);
      }
    }
    shape.others = this.#merged(shape.others, additionalProperties);
    for (const entry of [items, ...listOf(schema['prefixItems'])])
      shape.entries = this.#merged(shape.entries, entry);
    for (const name of ALTERNATIVES) {
      for (const branch of listOf(schema[name])) if (isJsonObject(branch)) this.#fill(shape, branch, seen);
    }
    const target = typeof reference === 'string' ? this.#target(reference) : null;
    if (target !== null) this.#fill(shape, target, seen);
  }

  #merged(known: SecretShape | null, schema: JsonValue | undefined): SecretShape | null {
    if (!isJsonObject(schema)) return known;
    if (known === null) return this.shapeOf(schema);
    this.#fill(known, schema, new Set());
    return known;
  }

  /** `#` or `#/$defs/name`: all that derived schemas use. */
  #target(reference: string): JsonObject | null {
    let found: JsonValue | undefined = this.#root;
    for (const step of reference.split('/').slice(1)) found = isJsonObject(found) ? found[step] : undefined;
    return isJsonObject(found) ? found : null;
  }
}

function leads(shape: SecretShape, seen: Set<SecretShape>): boolean {
  if (seen.has(shape)) return false;
  seen.add(shape);
  if (shape.isSecret || shape.names !== null || shape.inputsOf !== null) return true;
  const inner = [...shape.members.values(), shape.others, shape.entries];
  return inner.some((next) => next !== null && leads(next, seen));
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
