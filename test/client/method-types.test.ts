/** The client's types are those of the method table: every method, and no field that the server does not know. */
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { inputSchema, type JsonSchema, outputSchema } from '../../src/api/docs/json-schema.ts';
import { METHOD_TABLE } from '../../src/api/method-table.ts';
import { createClient } from '../../src/client/client.ts';

const FILE = join(import.meta.dirname, '..', '..', 'src', 'client', 'method-types.ts');
const program = ts.createProgram([FILE], {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
});
const checker = program.getTypeChecker();
const types = methodTypes();

function methodTypes(): Map<string, { params: ts.Type; result: ts.Type }> {
  const source = program.getSourceFile(FILE);
  const declared = source?.statements.find(
    (one): one is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(one) && one.name.text === 'MethodTypes',
  );
  if (declared === undefined) throw new Error('There is no interface MethodTypes');
  const found = new Map<string, { params: ts.Type; result: ts.Type }>();
  for (const member of checker.getTypeAtLocation(declared).getProperties()) {
    const both = checker.getTypeOfSymbolAtLocation(member, declared);
    const typeOf = (name: string) => {
      const property = both.getProperty(name);
      if (property === undefined) throw new Error(`${member.name} has no ${name}`);
      return checker.getTypeOfSymbolAtLocation(property, declared);
    };
    found.set(member.name, { params: typeOf('params'), result: typeOf('result') });
  }
  return found;
}

/** Names of the members, through lists and choices. */
function membersOf(type: ts.Type): string[] {
  if (type.isUnion()) return type.types.flatMap(membersOf);
  if (checker.isArrayType(type)) return checker.getTypeArguments(type as ts.TypeReference).flatMap(membersOf);
  if ((type.flags & ts.TypeFlags.Object) === 0 && !type.isIntersection()) return [];
  return type.getProperties().map(({ name }) => name);
}

function namesIn(schema: JsonSchema): string[] {
  const inner = [schema['anyOf'], schema['items'] === undefined ? [] : [schema['items']]].flat() as (
    | JsonSchema
    | undefined
  )[];
  return [
    ...Object.keys((schema['properties'] ?? {}) as object),
    ...inner.flatMap((one) => (one === undefined ? [] : namesIn(one))),
  ];
}

it('every method of the table has its types, and no other', () => {
  expect([...types.keys()].sort()).toEqual(METHOD_TABLE.map(({ name }) => name).sort());
});

it('every method is asked at its own endpoint', async () => {
  const asked: [string, string][] = [];
  const client = createClient({
    url: 'http://server',
    fetch: async (url, init) => {
      const { method } = JSON.parse(String(init?.body)) as { method: string };
      asked.push([method, new URL(String(url)).pathname]);
      return Response.json({ jsonrpc: '2.0', id: 1, result: null });
    },
  });
  for (const { name } of METHOD_TABLE) await client.call(name, {});
  expect(asked).toEqual(METHOD_TABLE.map(({ name, scope }) => [name, `/${scope}`]));
});

describe.each(METHOD_TABLE.map((method) => [method.name, method] as const))('%s', (name, method) => {
  it('takes and answers only fields the server knows', () => {
    const typed = types.get(name);
    if (typed === undefined) throw new Error(`no types of ${name}`);
    const unknown = (members: string[], schema: JsonSchema) => {
      const known = new Set(namesIn(schema));
      return known.size === 0 ? [] : members.filter((member) => !known.has(member));
    };
    expect(unknown(membersOf(typed.params), inputSchema(method.params))).toEqual([]);
    expect(unknown(membersOf(typed.result), outputSchema(method.result))).toEqual([]);
  });
});
