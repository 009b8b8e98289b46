/** What lies around the methods: CORS, hosts, probes, documents, limits of the transport. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHOD_TABLE } from '../../src/api/method-table.ts';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(createMemoryStore());
});
afterAll(() => api.stop());

/** fetch neither sets Host nor Origin freely: a raw request does. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(api.url + path, { method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('CORS', () => {
  const preflight = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' };
  it('answers an allowed preflight', async () => {
    const { status, headers, body } = await raw('OPTIONS', '/tasks', {
      ...preflight,
      'access-control-request-headers': 'content-type,x-llm-api-key',
    });
    expect(status).toBe(200);
    expect(body).toBe('OK');
    expect(headers).toMatchObject({
      vary: 'Origin',
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      'access-control-max-age': '600',
      'access-control-allow-credentials': 'true',
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-headers': 'content-type,x-llm-api-key',
    });
  });
  it('refuses another origin in words', async () => {
    const { status, headers, body } = await raw('OPTIONS', '/tasks', {
      ...preflight,
      origin: 'http://evil.example',
    });
    expect(status).toBe(400);
    expect(body).toBe('Disallowed CORS origin');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
  it('stands on errors too', async () => {
    const { status, headers } = await raw('POST', '/tasks', {
      origin: 'http://localhost:3000',
      'x-user': 'bad',
    });
    expect(status).toBe(401);
    expect(headers['access-control-allow-origin']).toBe('http://localhost:3000');
    expect(String(headers['access-control-expose-headers'])).toContain('Retry-After');
  });
  it('never allows credentials together with every origin', async () => {
    const open = await startTestApi(createMemoryStore(), { settings: { corsOrigins: '*' } });
    const response = await open.post(
      '/tasks',
      { id: 1, method: 'tasks.count' },
      { origin: 'http://any.example' },
    );
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    await open.stop();
  });
});

describe('hosts', () => {
  it('answers only to names it knows, probes excepted', async () => {
    expect((await raw('GET', '/docs', { host: 'evil.example' })).status).toBe(403);
    expect((await raw('GET', '/docs', { host: 'localhost:8000' })).status).toBe(200);
    for (const probe of ['/live', '/ready', '/health'])
      expect((await raw('GET', probe, { host: '10.0.0.7:8000' })).status).toBe(200);
  });
});

describe('paths', () => {
  it.each([
    ['GET', '/tasks', 405, 'Method Not Allowed', 'OPTIONS, POST'],
    ['PUT', '/', 405, 'Method Not Allowed', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/system', 405, 'Method Not Allowed', 'OPTIONS, POST'],
    ['GET', '/nowhere', 404, '{"detail":"Not Found"}', undefined],
    ['GET', '/%ff', 404, '{"detail":"Not Found"}', undefined],
    ['OPTIONS', '/tasks', 204, '', 'OPTIONS, POST'],
    ['GET', '/api/executors/metadata/x', 404, "Executor 'x' not found", undefined],
  ])('%s %s is %d', async (method, path, status, body, allow) => {
    const answer = await raw(method, path, {});
    expect(answer.status).toBe(status);
    expect(answer.body).toBe(body);
    expect(answer.headers['allow']).toBe(allow);
  });
  it('answers HEAD like GET without a body', async () => {
    expect(await raw('HEAD', '/docs', {})).toMatchObject({ status: 200, body: '' });
    // Existing monitors of the A/B service know probes without HEAD.
    expect(await raw('HEAD', '/health', {})).toMatchObject({ status: 405, body: '' });
    expect((await raw('HEAD', '/tasks', {})).status).toBe(405);
  });
  it('has health with status first', async () => {
    const { body } = await raw('GET', '/health', {});
    expect(body.startsWith('{"status":"ok"')).toBe(true);
  });
  it('lists executors with their metadata', async () => {
    const { body } = await raw('GET', '/api/executors/metadata', {});
    expect(JSON.parse(body)).toMatchObject({
      count: 1,
      executors: { system_info_executor: { type: 'stdio' } },
    });
    const one = await raw('GET', '/api/executors/metadata/system_info_executor', {});
    expect(JSON.parse(one.body).id).toBe('system_info_executor');
  });
  it('says 404 about runs of nobody', async () => {
    const { status, body } = await raw('GET', '/runs/nope/events', {});
    expect(status).toBe(404);
    expect(JSON.parse(body).error).toMatchObject({ code: 'not_found', message: 'Run nope not found' });
  });
});

describe('documents', () => {
  it('describes every method once', () => {
    const names = METHOD_TABLE.flatMap((method) => [method.name, ...(method.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const method of METHOD_TABLE) {
      expect(method.description.endsWith('.'), method.name).toBe(true);
      expect(method.examples.length, method.name).toBeGreaterThan(0);
      const owned = ['tasks', 'runs', 'keys', 'personas', 'studies', 'conversations'].map(
        (of) => `own-${of}`,
      );
      expect([...owned, 'none'], method.name).toContain(method.auth.ownership);
      for (const example of method.examples)
        expect(method.params.safeParse(example.params).success).toBe(true);
    }
  });
  it('lists methods by category', async () => {
    const list = JSON.parse((await raw('GET', '/tasks/methods', {})).body);
    expect(list.categories).toEqual(['agent_action', 'crud', 'query', 'monitoring']);
    const listed = Object.values(list.methods).flat() as { method: string; input_schema: object }[];
    expect(listed).toHaveLength(list.total);
    expect(listed.find((entry) => entry.method === 'tasks.get')?.input_schema).toHaveProperty('properties');
  });
  it('has an OpenAPI document whose references resolve', async () => {
    const { body } = await raw('GET', '/openapi.json', {});
    const document = JSON.parse(body);
    expect(document.openapi).toBe('3.1.0');
    for (const [, name] of body.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty([name as string]);
    for (const method of METHOD_TABLE)
      expect(document.components.schemas).toHaveProperty([`${method.name}.request`]);
    for (const [path, item] of Object.entries(document.paths)) {
      // Without a mood, and because of what it is.
      const isOdd = ['/metrics', '/fun/emoji', '/fun/teapot'].includes(path);
      if (!('get' in (item as object)) || path.includes('{') || isOdd) continue;
      expect((await raw('GET', path, { 'x-user': 'someone;admin' })).status, path).toBe(200);
    }
  });
  it('serves docs from here alone, without inline code', async () => {
    const { body, headers } = await raw('GET', '/docs', {});
    expect(String(headers['content-security-policy'])).toContain("default-src 'none'");
    expect(body).not.toMatch(/https?:\/\/|<style|style=|onclick|javascript:/);
    for (const method of METHOD_TABLE) expect(body).toContain(`data-method="${method.name}"`);
    expect((await raw('GET', '/docs/script.js', {})).headers['content-type']).toContain('javascript');
    expect((await raw('GET', '/docs/errors/parse-error', {})).body).toBe('page of parse-error');
    expect((await raw('GET', '/docs/errors/..%2F..%2Fpackage', {})).status).toBe(404);
    expect((await raw('GET', '/docs/style.css', {})).headers['content-type']).toContain('css');
  });
  it('compresses what is large and nothing else', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    expect((await raw('GET', '/openapi.json', headers)).headers['content-encoding']).toBe('gzip');
    expect((await raw('GET', '/live', headers)).headers['content-encoding']).toBeUndefined();
  });
});

describe('trouble inside', () => {
  it('answers 503 with Retry-After when the store is gone', async () => {
    const store = createMemoryStore();
    const { AppError } = await import('../../src/core/errors.ts');
    store.tasks.get = async () => {
      throw new AppError('unavailable', 'The database does not answer');
    };
    const broken = await startTestApi(store);
    const response = await broken.post('/tasks', { id: 1, method: 'tasks.get', params: { task_id: 'x' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    await broken.stop();
  });
  it('tells nobody what broke', async () => {
    const store = createMemoryStore();
    store.tasks.get = async () => {
      throw new Error('SELECT secret FROM tasks');
    };
    const broken = await startTestApi(store);
    const { status, error } = await broken.rpc('tasks.get', { task_id: 'x' });
    expect(status).toBe(500);
    expect(error).toMatchObject({ code: -32603, message: 'Internal error' });
    expect(JSON.stringify(error)).not.toContain('SELECT');
    expect(broken.logs.some((line) => line.level === 'error')).toBe(true);
    await broken.stop();
  });
});
