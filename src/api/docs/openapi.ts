/** The method table and the plain routes as an OpenAPI 3.1 document. */
import type { AnyMethod } from '../method.ts';
import { GENERAL_ERRORS, rpcErrorSchema, statusesOf } from './error-docs.ts';
import { inputSchema, outputSchema } from './json-schema.ts';
import { labPaths } from './lab-paths.ts';
import { restOperations } from './rest-operations.ts';
import { restPaths } from './rest-paths.ts';

export function openApiDocument(table: readonly AnyMethod[], info: { version: string; url: string }) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Taskgrove',
      version: info.version,
      description:
        'Runs trees of tasks durably. `/tasks` and `/system` speak JSON-RPC 2.0: each method is one variant of the request.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: info.url === '' ? '/' : info.url }],
    tags: [
      { name: 'rpc' },
      { name: 'runs' },
      { name: 'executors' },
      { name: 'agents' },
      { name: 'users' },
      { name: 'health' },
      { name: 'docs' },
    ],
    security: [{ bearer: [] }, { apiKey: [] }, { session: [] }, {}],
    paths: {
      '/tasks': { post: rpcOperation('tasks', table) },
      '/system': { post: rpcOperation('system', table) },
      ...restPaths,
      ...labPaths,
      ...restOperations(table),
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        session: { type: 'apiKey', in: 'cookie', name: 'demo_session_id' },
      },
      schemas: Object.fromEntries([
        ...table.flatMap(methodSchemas),
        ['RpcId', { type: ['string', 'number', 'null'] }],
        ['RpcError', { ...answerSchema({ error: rpcErrorSchema }), required: ['error'] }],
      ]),
    },
  };
}

function rpcOperation(scope: AnyMethod['scope'], table: readonly AnyMethod[]) {
  const methods = table.filter((method) => method.scope === scope);
  const codes = [...GENERAL_ERRORS, ...methods.flatMap((method) => method.errors ?? [])];
  const requests = methods.map((method) => reference(`${method.name}.request`));
  const answers = [...methods.map((method) => reference(`${method.name}.answer`)), reference('RpcError')];
  return {
    operationId: scope,
    tags: ['rpc'],
    summary: `JSON-RPC 2.0: ${methods.length} methods`,
    description:
      'One request, or up to 100 in a list. A request with `jsonrpc` and without `id` is a notification.',
    parameters: [
      { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 255 } },
      { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { anyOf: [...requests, { type: 'array', maxItems: 100, items: { anyOf: requests } }] },
          examples: Object.fromEntries(methods.flatMap(examplesOf)),
        },
      },
    },
    responses: {
      200: {
        description:
          'The result, or a list of answers; an event stream for tasks.execute and tasks.generate with use_streaming',
        content: {
          'application/json': {
            schema: { anyOf: [...answers, { type: 'array', items: { anyOf: answers } }] },
          },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      204: { description: 'Nothing but notifications' },
      ...Object.fromEntries(
        [...statusesOf(codes)].map(([status, description]) => [
          status,
          { description, content: { 'application/json': { schema: reference('RpcError') } } },
        ]),
      ),
    },
  };
}

function methodSchemas(method: AnyMethod): [string, unknown][] {
  const request = {
    type: 'object',
    description: method.description,
    required: ['method'],
    properties: {
      jsonrpc: { const: '2.0' },
      id: reference('RpcId'),
      method: { enum: [method.name, ...(method.aliases ?? [])] },
      params: inputSchema(method.params),
    },
  };
  return [
    [`${method.name}.request`, request],
    [`${method.name}.answer`, answerSchema({ result: outputSchema(method.result) })],
  ];
}

function answerSchema(member: Record<string, unknown>) {
  return {
    type: 'object',
    required: ['jsonrpc', 'id', ...Object.keys(member)],
    properties: { jsonrpc: { const: '2.0' }, id: reference('RpcId'), ...member },
  };
}

function examplesOf(method: AnyMethod): [string, unknown][] {
  return method.examples.map((example, index) => [
    `${method.name}.${index + 1}`,
    {
      summary: `${method.name}: ${example.name}`,
      value: { jsonrpc: '2.0', id: 1, method: method.name, params: example.params },
    },
  ]);
}

function reference(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}
