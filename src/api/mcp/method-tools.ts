/** One tool for each method of the table: name, schemas and hints are derived, nothing is repeated. */
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { inputSchema, type JsonSchema, outputSchema } from '../docs/json-schema.ts';
import { type AnyMethod, changesState } from '../method.ts';
import type { McpTool } from './tool.ts';

export function methodTool(method: AnyMethod): McpTool {
  const result = outputSchema(method.result);
  // A tool's answer is an object; results of other shapes stand in one as `result`.
  const isObject = result['type'] === 'object';
  const isPositional = method.positional === 'array';
  return {
    name: method.name.replaceAll(/[.-]/g, '_'),
    title: method.title,
    description: method.description,
    inputSchema: isPositional ? listSchema(inputSchema(method.params)) : paramsSchema(method),
    outputSchema: isObject
      ? { ...result, type: 'object' }
      : { type: 'object', properties: { result }, required: ['result'] },
    annotations: {
      readOnlyHint: !changesState(method),
      destructiveHint: method.isDestructive === true,
      openWorldHint: false,
    },
    method,
    params: (given) => (isPositional && Array.isArray(given['tasks']) ? given['tasks'] : given),
    answer: (value: JsonValue) => (isObject ? (value as JsonObject) : { result: value }),
  };
}

/** Arguments are named, so a list that is params itself gets a name. */
function listSchema(schema: JsonSchema): JsonSchema {
  const variants = Array.isArray(schema['anyOf']) ? (schema['anyOf'] as JsonSchema[]) : [];
  const list = variants.find((variant) => variant['type'] === 'array') ?? { type: 'array' };
  return { type: 'object', properties: { tasks: list }, required: ['tasks'] };
}

/** Without what is the protocol's own business: progress comes as notifications, not as another stream. */
function paramsSchema(method: AnyMethod): JsonSchema {
  const schema = inputSchema(method.params);
  const { use_streaming: _streaming, ...properties } = (schema['properties'] ?? {}) as JsonSchema;
  return { ...schema, type: 'object', properties };
}
