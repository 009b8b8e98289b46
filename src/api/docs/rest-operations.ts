/** Methods that have a plain HTTP form, as OpenAPI paths. */

import type { AnyMethod } from '../method.ts';
import { type RestMethod, restMethods } from '../rest/rest-route.ts';
import { GENERAL_ERRORS, statusesOf } from './error-docs.ts';
import { inputSchema, type JsonSchema, outputSchema } from './json-schema.ts';

const BODILESS = new Set(['GET', 'DELETE']);

export function restOperations(table: readonly AnyMethod[]): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const entry of restMethods(table)) {
    const path = openApiPath(entry.form.path);
    paths[path] = { ...paths[path], [entry.form.verb.toLowerCase()]: operation(entry) };
  }
  return paths;
}

/** `/personas/:id` as `/personas/{id}`. */
function openApiPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

function operation({ method, form }: RestMethod) {
  const schema = inputSchema(method.params) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const properties = Object.entries(schema.properties ?? {});
  const inPath = new Set([...form.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? ''));
  const others = properties.filter(([name]) => !inPath.has(name));
  const required = (schema.required ?? []).filter((name) => !inPath.has(name));
  const isBodiless = BODILESS.has(form.verb);
  return {
    operationId: method.name,
    tags: [form.tag],
    summary: method.title,
    description: method.description,
    parameters: [
      ...[...inPath].map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: schema.properties?.[name] ?? { type: 'string' },
      })),
      ...(isBodiless ? others : []).map(([name, type]) => ({
        name,
        in: 'query',
        required: required.includes(name),
        schema: type,
      })),
      ...(method.errors?.includes('precondition_failed') === true ? [ifMatch] : []),
      ...(form.verb === 'POST' ? [idempotencyKey] : []),
    ],
    ...(isBodiless || others.length === 0
      ? {}
      : { requestBody: body(bodySchema(others, required, form.listParam)) }),
    responses: responses({ method, form }),
  };
}

function bodySchema(members: [string, JsonSchema][], required: string[], listParam: string | undefined) {
  const properties = Object.fromEntries(members);
  const whole = { type: 'object', properties, required };
  return listParam === undefined ? whole : { anyOf: [whole, properties[listParam] ?? { type: 'array' }] };
}

const ifMatch = { name: 'If-Match', in: 'header', schema: { type: 'string' } };
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', maxLength: 255 },
};

function body(schema: JsonSchema) {
  return { content: { 'application/json': { schema } } };
}

function responses({ method, form }: RestMethod) {
  const status = form.status ?? 200;
  const codes = [...GENERAL_ERRORS, 'unprocessable', ...(method.errors ?? [])];
  return {
    [status]: {
      description: status === 204 ? 'Done' : method.title,
      ...(status === 204 ? {} : body(outputSchema(method.result))),
    },
    ...Object.fromEntries(
      [...statusesOf(codes)].map(([code, description]) => [
        code,
        { description, ...body({ type: 'object' }) },
      ]),
    ),
  };
}
