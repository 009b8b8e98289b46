/** Texts of a path or a query as params: numbers and flags where the method's schema wants them. */
import type { z } from 'zod';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { inputSchema, type JsonSchema } from '../docs/json-schema.ts';

type Given = readonly [name: string, value: string | readonly string[] | undefined];

/** What cannot be read as the schema wants it stays a text, for the schema to complain about by name. */
export function queryParams(params: z.ZodType, given: readonly Given[]): JsonObject {
  const { properties = {} } = inputSchema(params) as { properties?: Record<string, JsonSchema> };
  const read: Record<string, JsonValue> = {};
  for (const [name, value] of given) {
    if (value === undefined) continue;
    const types = typesOf(properties[name]);
    read[name] = types.has('array') ? listOf(value, properties[name]) : oneOf(value, types);
  }
  return read;
}

function oneOf(value: string | readonly string[], types: ReadonlySet<string>): JsonValue {
  const text = typeof value === 'string' ? value : (value.at(-1) ?? '');
  if (types.has('string')) return text;
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  const isNumber = types.has('integer') || types.has('number');
  return isNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
}

/** Repeated, or one text with commas. */
function listOf(value: string | readonly string[], schema: JsonSchema | undefined): JsonValue {
  const texts = typeof value === 'string' ? value.split(',') : value;
  const inner = itemsOf(schema);
  return texts.filter((text) => text !== '').map((text) => oneOf(text, typesOf(inner)));
}

function itemsOf(schema: JsonSchema | undefined): JsonSchema | undefined {
  const variants = variantsOf(schema);
  return variants
    .map((variant) => variant['items'] as JsonSchema | undefined)
    .find((items) => items !== undefined);
}

function typesOf(schema: JsonSchema | undefined): Set<string> {
  return new Set(
    variantsOf(schema).flatMap(({ type, enum: values }) => {
      if (type === undefined && Array.isArray(values)) return values.map((value) => typeof value);
      return (Array.isArray(type) ? type : [type]).filter((name) => typeof name === 'string');
    }),
  );
}

function variantsOf(schema: JsonSchema | undefined): JsonSchema[] {
  if (schema === undefined) return [];
  const inner = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(inner) ? inner.flatMap((variant) => variantsOf(variant as JsonSchema)) : [schema];
}
