/** JSON-RPC 2.0 on `/tasks`: what the specification asks, except where existing clients need otherwise. */
import { gzipSync } from 'node:zlib';
import { JSONRPCClient, JSONRPCServer } from 'json-rpc-2.0';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_TABLE } from '../../src/core/errors.ts';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(createMemoryStore());
  await api.rpc('tasks.create', { id: 'known', name: 'known' });
});
afterAll(() => api.stop());

const count = { jsonrpc: '2.0', method: 'tasks.count', params: {} };
async function send(body: unknown, headers: Record<string, string> = {}) {
  const response = await api.post('/tasks', body, headers);
  const text = await response.text();
  return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text), response };
}
async function expectError(body: unknown, code: number, id: unknown, status = 400) {
  const answer = await send(body);
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
  expect('result' in answer.json).toBe(false);
  return answer.json.error;
}

it('an unknown method is told where it may be found', async () => {
  const detailsOf = async (method: string) => {
    const { error } = await api.rpc(method, {});
    return [error?.data, error?.meta.details];
  };
  expect(await detailsOf('task.execute')).toEqual([
    'Unknown task method: task.execute',
    { did_you_mean: 'tasks.execute' },
  ]);
  expect((await detailsOf('nothing.like.it'))[1]).toBeUndefined();
});

describe('envelope', () => {
  it.each([[1], [0], [-7], [1.5], ['a'], [''], [null], [9007199254740991]])(
    'echoes id %j with its type',
    async (id) => {
      const { json, status } = await send({ ...count, id });
      expect(status).toBe(200);
      expect(json.id).toBe(id);
      expect('error' in json).toBe(false);
      expect(json.jsonrpc).toBe('2.0');
    },
  );
  it.each([[{}], [[1]], [true], [false]])('refuses id %j', async (id) => {
    await expectError({ ...count, id }, -32600, null);
  });
  it('answers a call without jsonrpc and without id with id null', async () => {
    const { json, status } = await send({ method: 'tasks.count' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ id: null, result: { total: 1 } });
  });
  it('does not look at the value of jsonrpc', async () => {
    expect((await send({ ...count, jsonrpc: '1.0', id: 1 })).status).toBe(200);
    expect((await send({ method: 'tasks.count', id: 2 })).json.id).toBe(2);
  });
  it.each([['"text"'], ['1'], ['null'], ['true']])('refuses the body %s', async (body) => {
    await expectError(body, -32600, null);
  });
  it.each([[1], [null], [{}], [''], [undefined]])('refuses method %j and keeps the id', async (method) => {
    await expectError({ jsonrpc: '2.0', id: 9, method }, -32600, 9);
  });
  it.each([['{'], [''], ['{"a":1}}'], ['[1,'], ['NaN'], ["{'a':1}"]])(
    'answers %s as a parse error',
    async (body) => {
      const error = await expectError(body, -32700, null);
      expect(error.message).toBe('Parse error');
    },
  );
  it('names unknown methods of each endpoint', async () => {
    expect((await expectError({ ...count, id: 1, method: 'nope' }, -32601, 1)).data).toBe(
      'Unknown task method: nope',
    );
    expect((await expectError({ ...count, id: 1, method: 'system.health' }, -32601, 1)).message).toBe(
      'Method not found',
    );
    const system = await api.post('/system', { ...count, id: 1 });
    expect((await system.json()) as object).toMatchObject({
      error: { data: 'Unknown system method: tasks.count' },
    });
  });
  it.each([['__proto__'], ['constructor'], ['toString'], ['rpc.nope']])(
    'has no method %s',
    async (method) => {
      await expectError({ ...count, id: 1, method }, -32601, 1);
    },
  );
  it('answers rpc.discover on both endpoints', async () => {
    const { json } = await send({ jsonrpc: '2.0', id: 1, method: 'rpc.discover' });
    expect(json.result.openrpc).toMatch(/^1\.3/);
    expect(json.result.methods.length).toBeGreaterThan(20);
    expect((await api.post('/system', { jsonrpc: '2.0', id: 1, method: 'rpc.discover' })).status).toBe(200);
  });
  it.each([[[]], [[1, 2]], ['x'], [7], [null], [undefined]])('takes params %j as none', async (params) => {
    expect((await send({ ...count, id: 1, params })).json.result.total).toBe(1);
  });
  it('ignores unknown params and names wrong ones', async () => {
    expect((await send({ ...count, id: 1, params: { surprise: 1 } })).status).toBe(200);
    const error = await expectError(
      { ...count, id: 1, method: 'tasks.list', params: { limit: 'x' } },
      -32602,
      1,
    );
    expect(error.data).toContain('limit');
    expect(error.meta.details.fields).toEqual(['limit']);
  });
  it('keeps prototype keys inert', async () => {
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tasks.count","params":{"__proto__":{"root_only":true},"constructor":1}}';
    const { json } = await send(body);
    expect(json.result).not.toHaveProperty('root_only');
    expect(({} as Record<string, unknown>)['root_only']).toBeUndefined();
  });
  it('says code, request id and docs page in error.meta, and nothing of the inside', async () => {
    const { json, response } = await send({ ...count, id: 1, method: 'nope' }, { 'x-request-id': 'req-1' });
    expect(json.error.meta).toEqual({
      code: 'method_not_found',
      request_id: 'req-1',
      docs: '/docs/errors/method-not-found',
    });
    expect(response.headers.get('x-request-id')).toBe('req-1');
    expect(JSON.stringify(json)).not.toMatch(/\.ts|node_modules|at async/);
  });
  it('replaces a request id that is not harmless', async () => {
    const { response } = await send({ ...count, id: 1 }, { 'x-request-id': 'a b"<script>' });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('notifications', () => {
  it('answers nothing with 204', async () => {
    const { status, text } = await send(count);
    expect(status).toBe(204);
    expect(text).toBe('');
  });
  it('does the work', async () => {
    expect(
      (await send({ jsonrpc: '2.0', method: 'tasks.create', params: { id: 'silent', name: 's' } })).status,
    ).toBe(204);
    expect((await api.rpc('tasks.get', { task_id: 'silent' })).result.id).toBe('silent');
  });
  it('is silent about errors and logs them', async () => {
    expect((await send({ jsonrpc: '2.0', method: 'nope' })).status).toBe(204);
    expect(api.logs.some((line) => line.message === 'notification failed')).toBe(true);
  });
});

describe('batches', () => {
  it('refuses an empty batch with one error', async () => {
    await expectError('[]', -32600, null);
  });
  it('answers each bad item', async () => {
    const { json, status } = await send('[1,2,3]');
    expect(status).toBe(200);
    expect(json).toHaveLength(3);
    for (const item of json)
      expect(item).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } });
  });
  it('mixes results, errors and notifications', async () => {
    const { json, status } = await send([
      { ...count, id: 1 },
      count,
      { foo: 'boo' },
      { jsonrpc: '2.0', id: '5', method: 'nope' },
      { ...count, id: 9 },
    ]);
    expect(status).toBe(200);
    expect(json.map((item: { id: unknown }) => item.id)).toEqual([1, null, '5', 9]);
    for (const item of json) expect('result' in item).toBe(!('error' in item));
  });
  it('answers a batch of notifications with nothing', async () => {
    const { status, text } = await send([count, count]);
    expect(status).toBe(204);
    expect(text).toBe('');
  });
  it('keeps duplicate ids apart', async () => {
    const { json } = await send([
      { ...count, id: 1 },
      { ...count, id: 1 },
    ]);
    expect(json).toHaveLength(2);
  });
  it('caps the number of items', async () => {
    expect((await send(Array.from({ length: 100 }, (_, id) => ({ ...count, id })))).json).toHaveLength(100);
    const error = await expectError(
      Array.from({ length: 101 }, (_, id) => ({ ...count, id })),
      -32600,
      null,
    );
    expect(error.data).toContain('at most 100');
  });
  it('does not stream inside a batch, and starts nothing', async () => {
    const { json } = await send([
      { jsonrpc: '2.0', id: 1, method: 'tasks.execute', params: { task_id: 'known', use_streaming: true } },
    ]);
    expect(json[0].error.code).toBe(-32600);
    expect((await api.rpc('tasks.running.count')).result.count).toBe(0);
  });
  it('agrees with a client library on ids and results', async () => {
    const client: JSONRPCClient = new JSONRPCClient(async (request) => {
      const { json } = await send(request);
      if (json !== undefined) client.receive(json);
    });
    expect(await client.request('tasks.count', {})).toMatchObject({ pending: 2 });
    await expect(client.request('nope', {})).rejects.toMatchObject({ code: -32601 });
    client.notify('tasks.count', {});
  });
  it('agrees with a server library on the shape of errors', async () => {
    const oracle = new JSONRPCServer();
    for (const body of [
      { jsonrpc: '2.0', id: 1, method: 'nope' },
      { jsonrpc: '2.0', id: 'x', method: 'foobar' },
    ]) {
      const expected = await oracle.receive(body as never);
      const { json } = await send(body);
      expect(json).toMatchObject({ jsonrpc: expected?.jsonrpc, id: expected?.id });
      expect(json.error).toMatchObject({ code: expected?.error?.code, message: expected?.error?.message });
    }
  });
});

describe('bodies', () => {
  const body = JSON.stringify({ ...count, id: 1 });
  it.each([
    ['application/json; charset=utf-8'],
    ['application/json;charset="UTF-8"'],
    ['text/plain'],
    ['application/json; charset=nonsense'],
  ])('takes content type %s', async (type) => {
    expect((await send(body, { 'content-type': type })).status).toBe(200);
  });
  it('takes a byte order mark and UTF-16', async () => {
    expect((await send(`\uFEFF${body}`)).status).toBe(200);
    const utf16 = new Uint8Array(Buffer.from(body, 'utf16le'));
    expect((await send(utf16, { 'content-type': 'application/json; charset=utf-16le' })).status).toBe(200);
  });
  it('refuses bytes that are no UTF-8', async () => {
    await expectError(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), -32700, null);
  });
  it('takes compressed bodies within the cap', async () => {
    const zipped = new Uint8Array(gzipSync(body));
    expect((await send(zipped, { 'content-encoding': 'gzip' })).status).toBe(200);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(2_000_000, ' ')));
    expect((await send(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await send(new Uint8Array([1, 2, 3]), { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await send(zipped, { 'content-encoding': 'zip' })).status).toBe(415);
  });
  it('caps bodies, small methods lower', async () => {
    expect((await send({ ...count, id: 1, params: { pad: 'x'.repeat(300_000) } })).status).toBe(413);
    const small = await send({ ...count, id: 1, params: { pad: 'x'.repeat(20_000) } });
    expect(small.status).toBe(413);
    expect(small.json).toMatchObject({ id: 1, error: { meta: { code: 'payload_too_large' } } });
    const large = await api.rpc('tasks.create', { name: 'large', inputs: { pad: 'x'.repeat(20_000) } });
    expect(large.status).toBe(200);
  });
  it('refuses nesting without end', async () => {
    const deep = `{"jsonrpc":"2.0","id":1,"method":"tasks.count","params":${'['.repeat(2000)}${']'.repeat(2000)}}`;
    await expectError(deep, -32600, null);
  });
  it.each([
    ['NUL', '"\\u0000"'],
    ['a lone high surrogate', '"\\ud800"'],
    ['a lone low surrogate', '"\\udc00x"'],
    ['a number out of range', '1e999'],
    ['a NUL in a key', '{"\\u0000":1}'],
  ])('refuses %s', async (_name, value) => {
    const raw = `{"jsonrpc":"2.0","id":1,"method":"tasks.create","params":{"name":"n","inputs":{"a":${value}}}}`;
    const { status } = await send(raw);
    expect(status).toBe(400);
  });
  it('takes a whole surrogate pair', async () => {
    const raw =
      '{"jsonrpc":"2.0","id":1,"method":"tasks.create","params":{"name":"n","inputs":{"a":"\\ud83d\\ude00"}}}';
    expect((await send(raw)).json.result.inputs.a).toBe('😀');
  });
});

it('has one answer for every error code', () => {
  for (const mapping of Object.values(ERROR_TABLE)) {
    expect(mapping.rpcCode).toBeLessThan(0);
    expect(mapping.httpStatus).toBeGreaterThanOrEqual(400);
  }
});
