import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import mcp from '../../executors/mcp-executor.ts';
import type { AppError } from '../../src/core/errors.ts';
import type { ExecutorContext } from '../../src/core/executor.ts';
import { createHttpClient } from '../../src/http/guarded-fetch.ts';
import { makeContext, testSettings } from './make-context.ts';
import { echoMcpServer, type SeenCall } from './support/echo-mcp-server.ts';
import { listenLocally } from './support/listen-locally.ts';

const seen: SeenCall[] = [];
const headers: IncomingMessage['headers'][] = [];
let url: string;
let close: () => Promise<void>;
let filesDir: string;
const program = join(import.meta.dirname, 'support', 'echo-mcp-process.ts');

beforeAll(async () => {
  filesDir = await realpath(await mkdtemp(join(tmpdir(), 'mcp-test-')));
  const handler = createMcpHandler(() => echoMcpServer(seen));
  const server = createServer(async (request, response) => {
    headers.push(request.headers);
    if (request.url !== '/mcp') {
      response.writeHead(Number(request.url?.slice(1)), { location: '/mcp' }).end('no');
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const answer = await handler.fetch(
      new Request(`http://local${request.url}`, {
        method: request.method ?? 'GET',
        headers: request.headers as Record<string, string>,
        ...(body.length === 0 ? {} : { body }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body !== null) for await (const part of answer.body) response.write(part);
    response.end();
  });
  const listening = await listenLocally(server);
  url = `http://127.0.0.1:${listening.port}`;
  close = listening.close;
});
afterAll(async () => {
  await close();
  await rm(filesDir, { recursive: true });
});
beforeEach(() => {
  seen.length = 0;
  headers.length = 0;
});

// biome-ignore lint/suspicious/noExplicitAny: results are read as tasks' dependants do, field by field
type Result = any;

function run(
  input: Record<string, unknown>,
  overrides: Partial<ExecutorContext<unknown>> = {},
): Promise<Result> {
  const context = makeContext(mcp, input as never, {
    http: createHttpClient({ allowPrivateUrls: true }),
    settings: {
      ...testSettings,
      filesDir,
      allowedExecutors: new Set([mcp.id]),
      commandWhitelist: ['cat', 'sh'],
    },
    ...overrides,
  });
  return mcp.run(context as never);
}
const failure = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('It should have failed')),
    (error) => error,
  );

const http = (operation: string, more: Record<string, unknown> = {}) => ({
  transport: 'http',
  url: `${url}/mcp`,
  operation,
  ...more,
});
const stdio = (operation: string, more: Record<string, unknown> = {}) => ({
  transport: 'stdio',
  // The node on the search path may be too old for TypeScript.
  command: ['sh', '-c', 'exec "$0" "$1"', process.execPath, program],
  operation,
  ...more,
});

describe.each([
  ['http', http],
  ['stdio', stdio],
])('over %s', (transport, over) => {
  test('lists tools and resources, reads one, calls one', async () => {
    const tools = await run(over('list_tools'));
    expect(tools).toMatchObject({ success: true, operation: 'list_tools', transport });
    expect(tools.result.tools.map(({ name }: { name: string }) => name)).toContain('echo');
    expect((await run(over('list_resources'))).result.resources).toMatchObject([{ uri: 'note://one' }]);
    const read = await run(over('read_resource', { resource_uri: 'note://one' }));
    expect(read.result.contents).toMatchObject([{ text: 'a note' }]);
    const called = await run(over('call_tool', { tool_name: 'echo', arguments: { text: 'hello' } }));
    expect(called.result).toMatchObject({ structuredContent: { text: 'hello' } });
    mcp.output.parse(called);
  });

  test('a tool that fails fails the task, and so does an unknown one', async () => {
    const broken = await failure(run(over('call_tool', { tool_name: 'break' })));
    expect(broken).toMatchObject({ code: 'task_failed', retryable: false });
    expect(broken.message).toContain('out of order');
    const unknown = await failure(run(over('call_tool', { tool_name: 'nobody' })));
    expect(unknown.code).toBe('task_failed');
    expect(unknown.message).toContain('nobody');
  });

  test('stops within a second of an abort, and at its time limit', async () => {
    const abort = new AbortController();
    const work = failure(run(over('call_tool', { tool_name: 'sleep' }), { signal: abort.signal }));
    setTimeout(() => abort.abort(), 300);
    const startedAt = Date.now() + 300;
    expect((await work).code).toBe('task_cancelled');
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    const late = await failure(run(over('call_tool', { tool_name: 'sleep', timeout: 1.5 })));
    expect(late).toMatchObject({ code: 'task_timeout', retryable: true });
  });

  test('an answer that is too large is no result', async () => {
    const huge = await failure(run(over('call_tool', { tool_name: 'huge' })));
    expect(huge.code).toBe('task_failed');
    expect(huge.message).toContain('limit of 8388608 bytes');
  });
});

describe('http', () => {
  test('sends the headers, and the key with the call and nothing else', async () => {
    await run(http('call_tool', { tool_name: 'echo', arguments: { text: 'x' }, headers: { 'X-Team': 'a' } }));
    expect(seen).toEqual([{ text: 'x', key: 'run-1:task-1' }]);
    expect(headers.every((each) => each['x-team'] === 'a')).toBe(true);
    expect(headers.filter((each) => each['idempotency-key'] === 'run-1:task-1')).toHaveLength(1);
  });

  test.each([
    [503, 'task_transient'],
    [403, 'task_failed'],
    [404, 'task_failed'],
  ])('status %i is %s', async (status, code) => {
    const error = await failure(run({ ...http('list_tools'), url: `${url}/${status}` }));
    expect(error.code).toBe(code);
  });

  test('needs what the operation needs', async () => {
    expect((await failure(run(http('call_tool')))).message).toContain('"tool_name" is required');
    expect((await failure(run(http('read_resource')))).message).toContain('"resource_uri" is required');
    expect((await failure(run({ transport: 'http', operation: 'list_tools' }))).message).toContain('"url"');
    expect((await failure(run({ ...http('list_tools'), url: 'nonsense' }))).message).toContain(
      'not a valid URL',
    );
  });

  test('needs no permission, but public addresses', async () => {
    const settings = { ...testSettings, filesDir };
    expect((await run(http('list_tools'), { settings })).success).toBe(true);
    const guarded = createHttpClient({ allowPrivateUrls: false });
    expect((await failure(run(http('list_tools'), { http: guarded }))).code).toBe('blocked_address');
  });
});

describe('stdio', () => {
  test('is off until an operator names the executor and the program', async () => {
    const off = await failure(run(stdio('list_tools'), { settings: { ...testSettings, filesDir } }));
    expect(off).toMatchObject({ code: 'executor_unavailable' });
    expect(off.message).toContain('TASKGROVE_ALLOW_EXECUTORS=mcp_executor');
    for (const command of [['python3', 'x'], ['/usr/bin/node', 'x'], ['./node']]) {
      expect((await failure(run(stdio('list_tools', { command })))).code).toBe('executor_unavailable');
    }
  });

  test.each(['PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'ld_library_path'])('refuses %s', async (name) => {
    const error = await failure(run(stdio('list_tools', { env: { [name]: 'x' } })));
    expect(error).toMatchObject({ code: 'task_failed' });
    expect(error.message).toContain(name);
  });

  test('works below the files folder only, links included', async () => {
    await symlink('/', join(filesDir, 'out'));
    for (const cwd of ['..', '/', 'out', 'out/etc']) {
      expect((await failure(run(stdio('list_tools', { cwd })))).message).toContain(
        'outside the files folder',
      );
    }
    expect((await failure(run(stdio('list_tools', { cwd: 'missing' })))).message).toContain(
      "There is no 'missing'",
    );
  });

  test('a program that ends or never answers says why', async () => {
    const ended = await failure(
      run(stdio('list_tools', { command: ['sh', '-c', 'echo no licence >&2; exit 3'] })),
    );
    expect(ended.code).toBe('task_failed');
    expect(ended.message).toContain('no licence');
    const missing = await failure(
      run(stdio('list_tools', { command: ['no-such-program'] }), {
        settings: {
          ...testSettings,
          filesDir,
          allowedExecutors: new Set([mcp.id]),
          commandWhitelist: ['no-such-program'],
        },
      }),
    );
    expect(missing.message).toContain('ENOENT');
    const silent = await failure(run(stdio('list_tools', { command: ['cat', '/dev/zero'], timeout: 1 })));
    expect(['task_failed', 'task_timeout']).toContain(silent.code);
  });
});
