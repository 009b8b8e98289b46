/** Zod schemas as JSON Schema, each made once. What Zod cannot express (any JSON) becomes `{}`. */
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

const inputs = new WeakMap<z.ZodType, JsonSchema>();
const outputs = new WeakMap<z.ZodType, JsonSchema>();

/** What a client sends: defaults are optional. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return cached(inputs, schema, 'input');
}

/** What a client gets. */
export function outputSchema(schema: z.ZodType): JsonSchema {
  return cached(outputs, schema, 'output');
}

function cached(
  cache: WeakMap<z.ZodType, JsonSchema>,
  schema: z.ZodType,
  io: 'input' | 'output',
): JsonSchema {
  const known = cache.get(schema);
  if (known !== undefined) return known;
  // Clients may send more than is named (it is ignored) and answers may gain members: nothing is closed.
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  }) as JsonSchema;
  const plain = withoutDialect(made) as JsonSchema;
  cache.set(schema, plain);
  return plain;
}

/** `$schema` may stand only at the top of a document of its own. */
function withoutDialect(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDialect);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key, member]) => key !== '$schema' && member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutDialect(member)]));
}
