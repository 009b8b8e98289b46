/** The method table as an OpenRPC 1.3 document, and `rpc.discover` that answers it. */
import { z } from 'zod';
import { type ErrorCode, errorMapping } from '../../core/errors.ts';
import { type AnyMethod, defineMethod } from '../method.ts';
import { inputSchema, type JsonSchema, outputSchema } from './json-schema.ts';

export function openRpcDocument(table: readonly AnyMethod[], info: { version: string; url: string }) {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Taskgrove',
      version: info.version,
      description: 'Runs trees of tasks durably. Params are by name.',
      license: { name: 'Apache-2.0' },
    },
    servers: [
      { name: 'tasks', url: `${info.url}/tasks` },
      { name: 'system', url: `${info.url}/system` },
    ],
    methods: table.map((method) => ({
      name: method.name,
      summary: method.title,
      description: method.description,
      tags: method.tags.map((name) => ({ name })),
      paramStructure: 'by-name',
      params: paramsOf(inputSchema(method.params)),
      result: { name: 'result', schema: outputSchema(method.result) },
      errors: (method.errors ?? []).map(errorOf),
      servers: [{ name: method.scope, url: `${info.url}/${method.scope}` }],
      'x-aliases': method.aliases ?? [],
      'x-params-schema': inputSchema(method.params),
      'x-examples': method.examples,
    })),
  };
}

/** `rpc.discover`, on every endpoint. */
export function discoverMethod(table: readonly AnyMethod[]): AnyMethod {
  return defineMethod({
    name: 'rpc.discover',
    scope: 'system',
    title: 'Discover',
    description: 'This API as an OpenRPC document.',
    category: 'query',
    tags: ['rpc', 'discover'],
    params: z.object({}),
    result: z.record(z.string(), z.unknown()),
    auth: { ownership: 'none' },
    bodyLimit: 'small',
    examples: [{ name: 'discover', params: {} }],
    handle: async (_params, call) =>
      openRpcDocument(table, {
        version: call.deps.settings.version,
        url: call.deps.settings.publicUrl ?? '',
      }),
  });
}

/** One content descriptor a member; what is not a plain object (tasks.create takes a list too) is one descriptor. */
function paramsOf(schema: JsonSchema) {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  if (properties === undefined) return [{ name: 'params', schema, required: false }];
  const required = (schema['required'] as string[] | undefined) ?? [];
  return Object.entries(properties).map(([name, member]) => ({
    name,
    schema: member,
    required: required.includes(name),
  }));
}

function errorOf(code: string) {
  const { rpcCode, message } = errorMapping(code as ErrorCode);
  return { code: rpcCode, message, data: code };
}
