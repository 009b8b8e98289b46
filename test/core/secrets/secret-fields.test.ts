/** Where secrets stand in inputs, as executors' schemas say, and what becomes of them. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { CREDENTIAL_HEADER, inputsOf, SECRET, secretNames } from '../../../src/core/secrets/secret-field.ts';
import { SecretFields } from '../../../src/core/secrets/secret-fields.ts';
import { type SecretShape, secretShape } from '../../../src/core/secrets/secret-shape.ts';

const shapeOf = (schema: z.ZodType): SecretShape | null =>
  secretShape(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonObject);

function fieldsOf(schema: z.ZodType, others: Record<string, z.ZodType> = {}): SecretFields {
  const shape = shapeOf(schema);
  if (shape === null) throw new Error('No secret in it');
  return new SecretFields(shape, (id) => (others[id] === undefined ? null : shapeOf(others[id])));
}

const secret = z.string().meta(SECRET);
const anything = z.custom<JsonValue>();

interface Node {
  name: string;
  key?: string | undefined;
  children?: Node[] | undefined;
}
const node: z.ZodType<Node> = z.object({
  name: z.string(),
  key: secret.optional(),
  get children() {
    return z.array(node).optional();
  },
});

describe('a schema without secrets', () => {
  it.each([
    ['plain', z.object({ a: z.string(), b: z.array(z.object({ c: z.number() })) })],
    ['open', z.looseObject({ a: anything })],
    ['of unions', z.union([z.object({ a: z.string() }), z.string()])],
    ['of records', z.record(z.string(), anything)],
  ])('%s has no shape', (_name, schema) => {
    expect(shapeOf(schema)).toBeNull();
  });
});

describe('secrets are found', () => {
  const cases: readonly (readonly [string, z.ZodType, JsonObject, JsonObject])[] = [
    ['at the top', z.object({ a: secret, b: z.string() }), { a: 'x', b: 'y' }, { a: '[secret]', b: 'y' }],
    [
      'behind null and defaults',
      z.object({
        a: z
          .object({ b: z.string().nullable().default(null).meta(SECRET) })
          .nullable()
          .default(null),
      }),
      { a: { b: 'x', c: 'y' } },
      { a: { b: '[secret]', c: 'y' } },
    ],
    [
      'where the inner schema is marked and wrapped afterwards',
      z.object({ a: secret.nullable().optional() }),
      { a: 'x' },
      { a: '[secret]' },
    ],
    [
      'in lists and records',
      z.object({ list: z.array(z.object({ k: secret })), by: z.record(z.string(), z.object({ k: secret })) }),
      { list: [{ k: 'x', l: 1 }, { k: 'y' }], by: { one: { k: 'z' } } },
      { list: [{ k: '[secret]', l: 1 }, { k: '[secret]' }], by: { one: { k: '[secret]' } } },
    ],
    [
      'in each alternative',
      z.object({ login: z.union([z.object({ t: z.literal('a'), p: secret }), z.object({ q: secret })]) }),
      { login: { t: 'a', p: 'x', q: 'y' } },
      { login: { t: 'a', p: '[secret]', q: '[secret]' } },
    ],
    [
      'whatever they are',
      z.object({ whole: anything.meta(SECRET), n: z.number().meta(SECRET) }),
      { whole: { a: ['b'] }, n: 7 },
      { whole: '[secret]', n: '[secret]' },
    ],
    [
      'by the names of members, in any case',
      z.object({ headers: z.record(z.string(), z.string()).meta(secretNames(CREDENTIAL_HEADER)) }),
      { headers: { AUTHORIZATION: 'a', 'X-Api-Key': 'b', Cookie: 'c', 'x-auth-token': 'd', Accept: 'e' } },
      {
        headers: {
          AUTHORIZATION: '[secret]',
          'X-Api-Key': '[secret]',
          Cookie: '[secret]',
          'x-auth-token': '[secret]',
          Accept: 'e',
        },
      },
    ],
    [
      'in a schema that refers to itself',
      node,
      { name: 'a', key: 'x', children: [{ name: 'b', children: [{ name: 'c', key: 'y' }] }] },
      { name: 'a', key: '[secret]', children: [{ name: 'b', children: [{ name: 'c', key: '[secret]' }] }] },
    ],
    ['but not in nothing', z.object({ a: secret, b: secret }), { a: null, b: '' }, { a: null, b: '' }],
  ];
  it.each(cases)('%s', (_name, schema, inputs, masked) => {
    const before = structuredClone(inputs);
    expect(fieldsOf(schema).mask(inputs)).toEqual(masked);
    expect(inputs).toEqual(before);
  });

  it('in inputs of another executor', () => {
    const map = z.object({
      executor: z.string(),
      inputs: z.record(z.string(), anything).meta(inputsOf('executor')),
      items: z.array(anything.meta(inputsOf('executor', 'item_key'))),
      item_key: z.string().optional(),
    });
    const fields = fieldsOf(map, { login: z.object({ user: z.string(), pass: secret }) });
    const given = { executor: 'login', inputs: { user: 'u', pass: 'p' }, items: [{ pass: 'q' }, 'r'] };
    expect(fields.mask(given)).toEqual({
      executor: 'login',
      inputs: { user: 'u', pass: '[secret]' },
      items: [{ pass: '[secret]' }, 'r'],
    });
    expect(fields.mask({ ...given, items: ['q'], item_key: 'pass' })).toMatchObject({ items: ['[secret]'] });
    expect(fields.mask({ ...given, items: ['q'], item_key: 'user' })).toMatchObject({ items: ['q'] });
    expect(fields.mask({ ...given, executor: 'unknown' })).toEqual({ ...given, executor: 'unknown' });
  });
});

it('inputs without a secret in them are left as they are', () => {
  const fields = fieldsOf(z.object({ a: z.array(z.object({ b: secret.optional() })), c: z.string() }));
  const inputs = { a: [{ d: 1 }], c: 'c' };
  expect(fields.mask(inputs)).toBe(inputs);
});

it('what was hidden comes back where it still reads [secret], and only there', () => {
  const fields = fieldsOf(z.object({ a: secret, list: z.array(z.object({ k: secret })) }));
  const original = { a: 'x', list: [{ k: 'y' }, { k: 'z' }], free: 'plain' };
  const changed = { a: '[secret]', list: [{ k: 'new' }], free: '[secret]', more: '[secret]' };
  expect(fields.putBack(changed, original)).toEqual({
    a: 'x',
    list: [{ k: 'new' }],
    free: '[secret]',
    more: '[secret]',
  });
});
